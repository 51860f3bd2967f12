// SPDX-License-Identifier: Apache-2.0
#include "drive/domain_table.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "store/job_file.hpp"

#include <algorithm>
#include <numeric>

namespace md::drive {
namespace {

// By the record of the set; where there is none, by what is in it.
bool is_same_set(const model::ObservedDomain& one, const model::ObservedDomain& other) {
    if (!one.state.recorded && !other.state.recorded)
        return one.certificates == other.certificates;
    return one.state.recorded == other.state.recorded &&
           one.state.last_run == other.state.last_run &&
           one.state.valid_from == other.state.valid_from;
}

}  // namespace

void DomainTable::index_names() {
    by_name_.resize(desired.domains.size());
    std::iota(by_name_.begin(), by_name_.end(), 0U);
    std::sort(by_name_.begin(), by_name_.end(), [this](std::uint32_t a, std::uint32_t b) {
        return desired.domains[a].name() < desired.domains[b].name();
    });
}

model::DesiredState DomainTable::replace(model::DesiredState wishes) {
    model::DesiredState former = std::exchange(desired_, std::move(wishes));
    index_names();
    return former;
}

void DomainTable::keep(const std::string& name, model::ObservedDomain held) {
    observed_.domains[name] = std::move(held);
}

void DomainTable::forget_others_than(const std::set<std::string>& names) {
    std::erase_if(observed_.domains,
                  [&names](const auto& known) { return !names.contains(known.first); });
}

const model::ManagedDomain* DomainTable::wanted(const std::string& name) const {
    auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                  [this](std::uint32_t place, const std::string& text) {
                                      return desired.domains[place].name() < text;
                                  });
    bool is_there = found != by_name_.end() && desired.domains[*found].name() == name;
    return is_there ? &desired.domains[*found] : nullptr;
}

model::Delivery* DomainTable::delivery_of(const std::string& name, const Certificates& made) {
    auto known = observed_.domains.find(name);
    bool is_there = known != observed_.domains.end() && known->second.certificates == made;
    return is_there ? &known->second.delivery.edit() : nullptr;
}

base::Task<void> DomainTable::keep_delivery(std::string name, store::News news) {
    model::ObservedDomain& known = observed_.domains.at(name);
    known.version = 0;
    store::LiveJob job{known.state, *known.delivery};
    std::string unwritten;
    try {
        co_await store::write_live_job(store_, name, std::move(job), std::move(news));
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::error("what became of the certificate could not be stored", log::kv("domain", name),
                   log::kv("reason", unwritten));
    note_changed(std::move(name));
}

model::ObservedDomain DomainTable::merged(const std::string& name,
                                          model::ObservedDomain seen) const {
    auto known = observed.domains.find(name);
    if (known != observed.domains.end() && is_same_set(known->second, seen))
        seen.delivery = known->second.delivery;
    return seen;
}

}  // namespace md::drive
