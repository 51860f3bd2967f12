// SPDX-License-Identifier: Apache-2.0
// The store of tests: the contract of store/store.hpp in a map, with faults on demand. What a test
// wants to find or to look at afterwards, it puts into or reads from `values` directly.
#pragma once

#include "store/layout.hpp"
#include "store/store.hpp"

#include <cerrno>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::test {

class MemoryStore final : public store::Store {
public:
    std::map<std::string, std::string> values;  // key -> text

    // The n-th change from now on (1: the next) throws before it happens; with `lasting`, all that
    // follow as well, as on a full disk, until heal().
    void fail_change(unsigned n, bool lasting = false) {
        fail_at_ = changes_ + n;
        lasting_ = lasting;
    }
    void heal() { fail_at_ = never; }
    // Listing waits for this one: a store that takes its time, while something else happens.
    base::Wakeup* listing_awaits = nullptr;
    // versions() throws.
    bool versions_fail = false;
    // What the last activate() was told.
    store::FormerNames former_names_told = store::FormerNames::expire;
    // Folders that cannot be looked into.
    std::set<std::string> closed;
    // The changes begun so far, failed ones included: how far a loop over fault points has to go.
    unsigned changes() const { return changes_; }

    base::Task<std::optional<std::string>> read(std::string key) override {
        ++reads;
        require_safe(key);
        if (closed.contains(key.substr(0, key.rfind('/'))))
            throw base::SystemError("cannot read " + key, EACCES);
        auto found = values.find(key);
        if (found != values.end())
            co_return found->second;
        if (!under(key).empty())
            throw base::Error("cannot read " + key + ": it is a folder");
        co_return std::nullopt;
    }
    base::Task<void> write(std::string key, std::string value) override {
        change(key);
        if (!under(key).empty())
            throw base::Error("cannot write " + key + ": it is a folder");
        values[key] = std::move(value);
        co_return;
    }
    base::Task<void> update(std::string key, Change change) override {
        auto former = values.find(key);
        bool readable = former != values.end() && !closed.contains(key.substr(0, key.rfind('/')));
        auto value = change(readable ? std::optional(former->second) : std::nullopt);
        if (value)
            co_await write(std::move(key), std::move(*value));
    }
    base::Task<std::vector<std::optional<std::string>>> versions(
        std::vector<std::string> prefixes) override {
        if (versions_fail)
            throw base::Error("cannot look");
        std::vector<std::optional<std::string>> versions;
        for (const std::string& prefix : prefixes) {
            require_safe(prefix);
            if (closed.contains(prefix)) {
                versions.emplace_back();
                continue;
            }
            std::string all;
            for (const auto& [key, value] : values)
                if (key.starts_with(prefix + "/") &&
                    key.find('/', prefix.size() + 1) == std::string::npos)
                    all += key + "\n" + value + "\n";
            versions.push_back(all.empty() ? "" : std::to_string(std::hash<std::string>{}(all)));
        }
        co_return versions;
    }
    base::Task<std::vector<std::string>> list(std::string prefix) override {
        if (!prefix.empty())
            require_safe(prefix);
        if (listing_awaits != nullptr)
            co_await listing_awaits->wait();
        std::string below = prefix.empty() ? prefix : prefix + "/";
        std::set<std::string> names;
        for (const auto& [key, value] : values)
            if (key.starts_with(below))
                names.insert(key.substr(below.size(), key.find('/', below.size()) - below.size()));
        co_return std::vector<std::string>(names.begin(), names.end());
    }
    base::Task<std::vector<std::string>> stand_ins(std::string) override {
        co_return std::vector<std::string>();
    }
    base::Task<std::multimap<std::string, std::string>> former_names() override {
        co_return std::multimap<std::string, std::string>();
    }
    base::Task<void> remove(std::string key) override {
        change(key);
        erase(key);
        co_return;
    }
    base::Task<void> activate(std::string name, std::map<std::string, std::string> set,
                              store::FormerNames former = store::FormerNames::expire) override {
        former_names_told = former;
        change(store::domain_key(name));
        for (const auto& [file, value] : set)
            if (!store::is_safe_component(file))
                throw base::Error("unsafe key: " + store::domain_key(name, file));
        archive(name);
        erase(store::staging_key(name));
        for (auto& [file, value] : set)
            values[store::domain_key(name, file)] = std::move(value);
        co_return;
    }
    base::Task<void> rename(std::string old_name, std::string new_name) override {
        require_safe(store::domain_key(old_name));
        change(store::domain_key(new_name));
        if (!under(store::staging_key(old_name)).empty() &&
            under(store::domain_key(new_name)).empty())
            erase(store::staging_key(new_name));
        using KeyOf = std::string (*)(std::string_view, std::string_view);
        for (KeyOf key_of : {KeyOf(store::staging_key), KeyOf(store::domain_key)})
            if (!under(key_of(old_name, {})).empty() && !under(key_of(new_name, {})).empty())
                throw base::Error("cannot rename to " + key_of(new_name, {}) + ": it exists");
        move(store::staging_key(old_name), store::staging_key(new_name));
        move(store::domain_key(old_name), store::domain_key(new_name));
        co_return;
    }
    base::Task<void> set_aside(std::string key) override {
        change(key);
        auto name_begin = key.rfind('/') + 1;
        std::string aside = key.substr(0, name_begin) + store::damaged_name(key.substr(name_begin));
        if (values.contains(key) || !under(key).empty()) {
            erase(aside);
            move(key, aside);
            closed.erase(key);
        }
        co_return;
    }
    base::Task<bool> restore() override { co_return std::exchange(was_removed, false); }
    std::size_t reads = 0;
    // restore() finds that it was.
    bool was_removed = false;
    const base::Secret& passphrase() const override { return passphrase_; }

private:
    static constexpr unsigned never = std::numeric_limits<unsigned>::max();

    static void require_safe(const std::string& key) {
        if (!store::is_safe_key(key))
            throw base::Error("unsafe key");
    }
    void change(const std::string& key) {
        require_safe(key);
        ++changes_;
        if (changes_ == fail_at_ || (lasting_ && changes_ > fail_at_))
            throw base::SystemError("cannot write " + key, ENOSPC);
    }
    std::vector<std::string> under(const std::string& prefix) const {
        std::vector<std::string> keys;
        const std::string folder = prefix + "/";
        for (auto found = values.lower_bound(folder);
             found != values.end() && found->first.starts_with(folder); ++found)
            keys.push_back(found->first);
        return keys;
    }
    void erase(const std::string& key) {
        values.erase(key);
        for (const std::string& below : under(key))
            values.erase(below);
    }
    void move(const std::string& from, const std::string& to) {
        if (auto value = values.extract(from)) {
            value.key() = to;
            values.insert(std::move(value));
        }
        for (const std::string& key : under(from)) {
            auto value = values.extract(key);
            value.key() = to + key.substr(from.size());
            values.insert(std::move(value));
        }
    }
    void archive(const std::string& name) {
        if (under(store::domain_key(name)).empty())
            return;
        std::set<unsigned> kept;
        for (const std::string& key : under("archive"))
            if (auto number = store::archive_number(key.substr(8, key.find('/', 8) - 8), name))
                kept.insert(*number);
        unsigned last = kept.empty() ? 0 : *kept.rbegin();
        move(store::domain_key(name), store::archive_key(name, last + 1));
        for (kept.insert(last + 1); kept.size() > 10; kept.erase(kept.begin()))
            erase(store::archive_key(name, *kept.begin()));
    }

    unsigned changes_ = 0;
    unsigned fail_at_ = never;
    bool lasting_ = false;
    base::Secret passphrase_{std::string_view("0123456789abcdef0123456789abcdef0123456789abcdef")};
};

}  // namespace md::test
