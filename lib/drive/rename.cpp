// SPDX-License-Identifier: Apache-2.0
#include "drive/rename.hpp"

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
        try {
            auto text = co_await store.read(store::domain_key(name, store::md_file));
            if (!text)
                continue;
            if (auto record = store::parse_md(*text))
                stored[name] = record->domains;
        } catch (const base::Error& error) {
            log::warn("a stored managed domain is not readable", log::kv("domain", name),
                      log::kv("reason", error.what()));
        }
    }
    co_return stored;
}

// The record of a set whose files have moved: MDNotifyCmd runs again. nullopt: nothing was ever
// told of it, or it cannot be read.
std::optional<std::string> renamed_job(const std::optional<std::string>& text,
                                       const std::string& name, const store::News& news) {
    auto known = text ? store::parse_live_job(*text) : store::Damage{"absent"};
    if (!known)
        return std::nullopt;
    known->delivery.notification.owed = known->state.recorded;
    return store::job_text(name, *known, news, *text);
}

// Whoever reads the files is told as of a renewal, and the log has it.
base::Task<void> owe_notification(store::Store& store, std::string former, std::string name,
                                  sys_seconds now) {
    const store::News news{{now, "renamed", "",
                            "formerly " + former + ": servers that read domains/" + former +
                                " have to be told of domains/" + name}};
    const std::string key = store::domain_key(name, store::job_file);
    try {
        for (bool written = false; !written;) {
            store::StoredValue known = co_await store.look_up(key);
            auto text = renamed_job(known.value, name, news);
            if (!text)
                co_return;
            store::Batch batch = store::put_if_still(known.revision, key, std::move(*text));
            auto conflict = co_await store.commit(std::move(batch));
            written = !conflict;
        }
    } catch (const base::Error& error) {
        log::warn("that it was renamed could not be noted", log::kv("domain", name),
                  log::kv("reason", error.what()));
    }
}

base::Task<bool> take_over(store::Store& store, std::string former, std::string name,
                           sys_seconds now) {
    std::string reason;
    try {
        co_await store.rename(former, name);
    } catch (const base::Error& error) {
        reason = error.what();
    }
    if (reason.empty()) {
        log::warn(
            "managed domain renamed: servers that read its former folder have to be told of "
            "the new one, to which it leads until the certificate was renewed twice",
            log::kv("domain", name), log::kv("former", former),
            log::kv("reads", "domains/" + former), log::kv("new", "domains/" + name));
        co_await owe_notification(store, former, name, now);
    } else {
        log::error("the managed domain could not be renamed, its certificate is obtained anew",
                   log::kv("domain", name), log::kv("former", former), log::kv("reason", reason));
    }
    co_return reason.empty();
}

}  // namespace

std::optional<std::string> successor_of(const model::ManagedDomain& wanted,
                                        const Stored& unclaimed) {
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

base::Task<std::set<std::string>> rename_in_store(store::Store& store,
                                                  const model::DesiredState& desired,
                                                  sys_seconds now,
                                                  const std::set<std::string>& busy) {
    std::set<std::string> heirs;
    auto in_store = co_await store.list("domains");
    std::set<std::string> unclaimed(in_store.begin(), in_store.end());
    std::vector<const model::ManagedDomain*> fresh;
    for (const model::ManagedDomain& domain : desired.domains)
        if (unclaimed.erase(domain.name()) == 0 && !busy.contains(domain.name()))
            fresh.push_back(&domain);
    std::erase_if(unclaimed, [&busy](const std::string& name) {
        return store::is_damaged_name(name) || busy.contains(name);
    });
    if (fresh.empty() || unclaimed.empty())
        co_return heirs;
    std::vector<std::string> candidates(unclaimed.begin(), unclaimed.end());
    Stored stored = co_await stored_names(store, std::move(candidates));
    for (const model::ManagedDomain* domain : fresh) {
        auto former = successor_of(*domain, stored);
        if (!former)
            continue;
        bool taken = co_await take_over(store, *former, domain->name(), now);
        if (taken)
            heirs.insert(domain->name());
        stored.erase(*former);
    }
    co_return heirs;
}

}  // namespace md::drive
