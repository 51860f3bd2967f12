// SPDX-License-Identifier: Apache-2.0
#include "drive/unused.hpp"

#include "base/printable.hpp"
#include "crypto/certificate.hpp"
#include "store/layout.hpp"

#include <algorithm>
#include <set>

namespace md::drive {
namespace {

using std::chrono::sys_seconds;

std::optional<sys_seconds> end_of(const std::string& chain_pem) {
    try {
        return crypto::parse_chain(chain_pem).front().not_after();
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

base::Task<std::optional<std::string>> read_or_nothing(store::Store& store, std::string key) {
    try {
        co_return co_await store.read(key);
    } catch (const base::Error&) {
    }
    co_return std::nullopt;
}

// False when there is no certificate.
base::Task<bool> look_at(store::Store& store, UnusedSet& set) {
    bool is_any = false;
    const std::string folder = store::domain_key(set.name);
    const std::vector<std::string> files = co_await store.list(folder);
    for (const std::string& file : files) {
        if (!file.starts_with("pubcert") || !file.ends_with(".pem"))
            continue;
        is_any = true;
        auto text = co_await read_or_nothing(store, store::domain_key(set.name, file));
        auto until = end_of(text.value_or(""));
        if (until && (!set.until || *until < *set.until))
            set.until = until;
    }
    co_return is_any;
}

}  // namespace

base::Task<std::vector<UnusedSet>> unused_sets(store::Store& store,
                                               const model::DesiredState& desired) {
    std::set<std::string> configured;
    for (const model::ManagedDomain& domain : desired.domains)
        configured.insert(domain.name());
    std::vector<UnusedSet> unused;
    const std::vector<std::string> names = co_await store.list("domains");
    for (const std::string& name : names) {
        if (configured.contains(name) || store::is_damaged_name(name))
            continue;
        UnusedSet set{name, {}};
        bool is_certificate = co_await look_at(store, set);
        if (is_certificate)
            unused.push_back(std::move(set));
    }
    co_return unused;
}

base::Task<void> require_unused(store::Store& store, const model::DesiredState& desired,
                                std::string name) {
    auto called = [&](const model::ManagedDomain& domain) { return domain.name() == name; };
    auto found = std::find_if(desired.domains.begin(), desired.domains.end(), called);
    if (found != desired.domains.end())
        throw base::Error(name + " is in use: take it out of " + found->origin.text() +
                          " and have mdcertd reload that first");
    const std::vector<UnusedSet> unused = co_await unused_sets(store, desired);
    std::string names;
    for (const UnusedSet& set : unused) {
        if (set.name == name)
            co_return;
        names += (names.empty() ? "" : " ") + base::printable(set.name);
    }
    throw base::Error("the store holds no certificate called '" + base::printable(name) + "'" +
                      (names.empty() ? ", and none that is not configured"
                                     : "; those that are configured no more: " + names));
}

base::Task<std::string> retire(store::Store& store, std::string name) {
    store::Batch batch = store::batch_of(store::Retire{name});
    auto conflict = co_await store.commit(std::move(batch));
    if (conflict)
        throw base::Error("cannot take " + name + " out of use");
    unsigned latest = 0;
    const std::vector<std::string> entries = co_await store.list("archive");
    for (const std::string& entry : entries)
        latest = std::max(latest, store::archive_number(entry, name).value_or(0));
    co_return store::archive_key(name, latest);
}

}  // namespace md::drive
