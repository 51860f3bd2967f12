// SPDX-License-Identifier: Apache-2.0
#include "drive/registry.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "store/job_file.hpp"
#include "store/layout.hpp"

#include <algorithm>
#include <numeric>

namespace md::drive {

void Registry::index_names() {
    by_name_.resize(desired.domains.size());
    std::iota(by_name_.begin(), by_name_.end(), 0U);
    std::sort(by_name_.begin(), by_name_.end(), [this](std::uint32_t a, std::uint32_t b) {
        return desired.domains[a].name() < desired.domains[b].name();
    });
}

std::optional<std::size_t> Registry::place_of(const std::string& name) const {
    auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                  [this](std::uint32_t place, const std::string& text) {
                                      return desired.domains[place].name() < text;
                                  });
    if (found == by_name_.end() || desired.domains[*found].name() != name)
        return std::nullopt;
    return *found;
}

const model::ManagedDomain* Registry::wanted(const std::string& name) const {
    auto place = place_of(name);
    return place ? &desired.domains[*place] : nullptr;
}

model::Job* Registry::live_job(const std::string& name, const Certificates& made) {
    auto known = observed.domains.find(name);
    bool there = known != observed.domains.end() && known->second.live_job;
    return there ? live_job_or_new(name, made) : nullptr;
}

model::Job* Registry::live_job_or_new(const std::string& name, const Certificates& made) {
    auto known = observed.domains.find(name);
    if (known == observed.domains.end() || known->second.certificates != made)
        return nullptr;
    model::Boxed<model::Job>& job = known->second.live_job;
    if (!job)
        job.emplace();
    job->name = name;  // it may have been renamed
    return &*job;
}

base::Task<void> Registry::keep_live_job(std::string name, store::News news) {
    model::ObservedDomain& known = observed.domains.at(name);
    known.version = 0;
    std::string unwritten;
    try {
        co_await store::write_job(store_, store::domain_key(name, store::job_file), *known.live_job,
                                  std::move(news));
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::error("what became of the certificate could not be stored", log::kv("domain", name),
                   log::kv("reason", unwritten));
    if (auto place = place_of(name))
        changed_(*place);
}

}  // namespace md::drive
