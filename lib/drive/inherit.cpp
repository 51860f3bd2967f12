// SPDX-License-Identifier: Apache-2.0
#include "drive/inherit.hpp"

#include "base/log.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

#include <algorithm>

namespace md::drive {
namespace {

using Stored = std::map<std::string, std::vector<std::string>>;

std::size_t common_names(const model::ManagedDomain& wanted,
                         const std::vector<std::string>& stored) {
    return static_cast<std::size_t>(std::count_if(
        wanted.members.begin(), wanted.members.end(), [&](const model::Member& member) {
            return std::find(stored.begin(), stored.end(), member.name.text()) != stored.end();
        }));
}

base::Task<Stored> stored_names(store::Store& store, std::vector<std::string> candidates) {
    Stored stored;
    for (const std::string& name : candidates) {
        auto text = co_await store.read(store::domain_key(name, store::md_file));
        if (!text)
            continue;
        if (auto record = store::parse_md(*text))
            stored[name] = record->domains;
    }
    co_return stored;
}

}  // namespace

std::optional<std::string> heir_of(const model::ManagedDomain& wanted, const Stored& unclaimed) {
    std::optional<std::string> best;
    std::size_t most = 0;
    for (const auto& [name, names] : unclaimed) {
        std::size_t common = common_names(wanted, names);
        if (common == wanted.members.size())
            return name;
        if (common > most) {
            most = common;
            best = name;
        }
    }
    return best;
}

base::Task<void> inherit_renamed(store::Store& store, const model::DesiredState& desired,
                                 const std::set<std::string>& busy) {
    auto in_store = co_await store.list("domains");
    std::set<std::string> unclaimed(in_store.begin(), in_store.end());
    std::vector<const model::ManagedDomain*> fresh;
    for (const model::ManagedDomain& domain : desired.domains)
        if (unclaimed.erase(domain.name()) == 0)
            fresh.push_back(&domain);
    std::erase_if(unclaimed, [&busy](const std::string& name) {
        return store::is_damaged_name(name) || busy.contains(name);
    });
    if (fresh.empty() || unclaimed.empty())
        co_return;
    std::vector<std::string> candidates(unclaimed.begin(), unclaimed.end());
    Stored stored = co_await stored_names(store, std::move(candidates));
    for (const model::ManagedDomain* domain : fresh) {
        auto heir = heir_of(*domain, stored);
        if (!heir)
            continue;
        co_await store.rename(*heir, domain->name());
        stored.erase(*heir);
        log::info("managed domain renamed", log::kv("domain", domain->name()),
                  log::kv("former", *heir));
    }
}

}  // namespace md::drive
