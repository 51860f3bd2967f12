// SPDX-License-Identifier: Apache-2.0
// The store of tests: the contract of store/store.hpp in a map, with faults on demand. What a test
// wants to find or to look at afterwards, it puts into or reads from `values` directly.
#pragma once

#include "store/layout.hpp"
#include "store/store.hpp"

#include <cerrno>
#include <limits>
#include <map>
#include <memory>
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
    base::Task<store::StoredValue> look_up(std::string key) override {
        store::StoredValue found;
        found.value = co_await read(key);
        if (found.value)
            found.revision = revision_of(key);
        co_return found;
    }
    base::Task<std::optional<store::Conflict>> commit(store::Batch batch) override {
        store::name_of_all(batch);
        if (!batch.lease.empty() && batch.lease != token_)
            throw store::LeaseLost("the lease was lost");
        for (const auto& [key, revision] : batch.expected)
            if (revision_of(key) != revision)
                co_return store::Conflict{key};
        for (const store::Change& one : batch.changes)
            change(one);
        for (store::Change& one : batch.changes)
            std::visit([this](auto& made) { make(made); }, one);
        co_return std::nullopt;
    }
    std::shared_ptr<store::Watch> watch(std::string prefix) override {
        return watches_.add(std::move(prefix));
    }
    base::Task<std::shared_ptr<store::Lease>> acquire(std::string, std::string owner) override {
        if (!token_.empty())
            throw store::LeaseHeld("the store is in use by " + owner_);
        owner_ = owner;
        token_ = std::to_string(++leases_);
        co_return std::make_shared<HeldLease>(*this, token_);
    }
    // Another has it from now on.
    void take_lease(std::string owner) {
        owner_ = std::move(owner);
        token_ = std::to_string(++leases_);
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
    base::Task<bool> restore() override { co_return std::exchange(was_removed, false); }
    std::size_t reads = 0;
    // restore() finds that it was.
    bool was_removed = false;
    const base::Secret& passphrase() const override { return passphrase_; }

private:
    static constexpr unsigned never = std::numeric_limits<unsigned>::max();

    class HeldLease final : public store::Lease {
    public:
        HeldLease(MemoryStore& its_store, std::string its_token)
            : store_(its_store), token_(std::move(its_token)) {}
        ~HeldLease() override {
            if (store_.token_ == token_)
                store_.token_.clear();
        }
        std::string token() const override { return token_; }
        bool keep() override {
            if (store_.token_ != token_)
                throw store::LeaseHeld("the store is in use by " + store_.owner_);
            return false;
        }

    private:
        MemoryStore& store_;
        std::string token_;
    };

    static void require_safe(const std::string& key) {
        if (!store::is_safe_key(key))
            throw base::Error("unsafe key");
    }
    // A test may have put another value there.
    store::Revision revision_of(const std::string& key) {
        auto found = values.find(key);
        if (found == values.end())
            return store::Revision::absent();
        auto& [value, revision] = revisions_[key];
        if (revision == store::Revision() || value != found->second)
            revision = store::Revision(std::to_string(++last_revision_));
        value = found->second;
        return revision;
    }
    // Before anything of a batch is made.
    void change(const store::Change& one) {
        ++changes_;
        if (const auto* put = std::get_if<store::Put>(&one); put && !under(put->key).empty())
            throw base::Error("cannot write " + put->key + ": it is a folder");
        if (changes_ == fail_at_ || (lasting_ && changes_ > fail_at_))
            throw base::SystemError("cannot write", ENOSPC);
    }
    void tell(std::string key) { watches_.tell({std::move(key), std::nullopt}); }
    void make(store::Put& put) {
        values[put.key] = std::move(put.value);
        revisions_.erase(put.key);
        watches_.tell({put.key, revision_of(put.key)});
    }
    void make(store::Remove& remove) {
        erase(remove.key);
        tell(remove.key);
    }
    void make(store::Activate& set) {
        former_names_told = set.former;
        archive(set.name);
        erase(store::staging_key(set.name));
        for (auto& [file, value] : set.values)
            values[store::domain_key(set.name, file)] = std::move(value);
        tell(store::domain_key(set.name));
        tell(store::staging_key(set.name));
    }
    void make(store::Rename& rename) {
        const std::string &from = rename.from, &to = rename.to;
        if (!under(store::staging_key(from)).empty() && under(store::domain_key(to)).empty())
            erase(store::staging_key(to));
        using KeyOf = std::string (*)(std::string_view, std::string_view);
        for (KeyOf key_of : {KeyOf(store::staging_key), KeyOf(store::domain_key)})
            if (!under(key_of(from, {})).empty() && !under(key_of(to, {})).empty())
                throw base::Error("cannot rename to " + key_of(to, {}) + ": it exists");
        for (KeyOf key_of : {KeyOf(store::staging_key), KeyOf(store::domain_key)}) {
            move(key_of(from, {}), key_of(to, {}));
            tell(key_of(from, {}));
            tell(key_of(to, {}));
        }
    }
    void make(store::SetAside& set_aside) {
        const std::string& key = set_aside.key;
        auto name_begin = key.rfind('/') + 1;
        std::string aside = key.substr(0, name_begin) + store::damaged_name(key.substr(name_begin));
        if (values.contains(key) || !under(key).empty()) {
            erase(aside);
            move(key, aside);
            closed.erase(key);
        }
        tell(key);
    }
    void make(store::Retire& retire) {
        if (under(store::domain_key(retire.name)).empty())
            throw base::Error("cannot move " + store::domain_key(retire.name));
        archive(retire.name);
        erase(store::staging_key(retire.name));
        tell(store::domain_key(retire.name));
        tell(store::staging_key(retire.name));
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

    std::map<std::string, std::pair<std::string, store::Revision>> revisions_;
    unsigned last_revision_ = 0;
    std::string token_, owner_;  // of the lease that is held
    unsigned leases_ = 0;
    store::Watches watches_;
    unsigned changes_ = 0;
    unsigned fail_at_ = never;
    bool lasting_ = false;
    base::Secret passphrase_{std::string_view("0123456789abcdef0123456789abcdef0123456789abcdef")};
};

}  // namespace md::test
