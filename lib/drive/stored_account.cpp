// SPDX-License-Identifier: Apache-2.0
#include "drive/stored_account.hpp"

#include "base/log.hpp"
#include "base/wiped.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

namespace md::drive {

using store::AccountStatus;

base::Task<std::optional<acme::AccountState>> StoredAccount::load() {
    auto ids = co_await store_.list("accounts");
    std::optional<acme::AccountState> unfinished;
    std::string unfinished_id;
    for (const std::string& id : ids) {
        if (store::is_damaged_name(id))
            continue;
        auto account = co_await read(store::account_key(id));
        if (account && !account->url.empty()) {
            id_ = id;
            co_return account;
        }
        if (account && !unfinished) {
            unfinished = std::move(account);
            unfinished_id = id;
        }
    }
    auto staged = co_await staged_account();
    if (staged) {
        co_await save(*staged);
        co_return staged;
    }
    id_ = unfinished_id;
    co_return unfinished;
}

// mod_md leaves a new account beside the certificate it was made for, until httpd takes that up.
base::Task<std::optional<acme::AccountState>> StoredAccount::staged_account() {
    auto names = co_await store_.list("staging");
    for (const std::string& name : names) {
        auto account = co_await read(store::staging_key(name));
        if (account && !account->url.empty())
            co_return account;
    }
    co_return std::nullopt;
}

// The account of that folder when it is of our CA and usable; nullopt else. A damaged one is logged
// and passed over: another may fit, and registering a new one heals the rest.
base::Task<std::optional<acme::AccountState>> StoredAccount::read(std::string folder) {
    try {
        co_return co_await usable(folder);
    } catch (const base::Error& error) {
        log::warn("account not readable", log::kv("account", folder),
                  log::kv("reason", error.what()));
    }
    co_return std::nullopt;
}

// Throws when it cannot be read.
base::Task<std::optional<acme::AccountState>> StoredAccount::usable(std::string folder) {
    auto text = co_await store_.read(folder + "/" + std::string(store::account_file));
    if (!text)
        co_return std::nullopt;
    auto read = co_await store_.read(folder + "/" + std::string(store::account_key_file));
    base::Wiped pem(std::move(read));  // mod_md takes one that is not encrypted, too
    if (!*pem)
        co_return std::nullopt;
    auto record = store::parse_account(*text);
    if (!record)
        throw base::Error("its record is damaged: " + record.error().why);
    bool unfinished = record->url.empty();
    const bool is_bound_so = kid_.empty() || (record->eab && record->eab->kid == kid_);
    if (record->ca_url != ca_.text() || !is_bound_so ||
        (record->status != AccountStatus::valid && !unfinished))
        co_return std::nullopt;
    auto key = crypto::PrivateKey::from_pem(**pem, store_.passphrase());
    co_return acme::AccountState{std::move(key), record->url, record->contacts, record->agreement,
                                 record->eab};
}

base::Task<void> StoredAccount::take_free_id() {
    auto taken = co_await store_.list("accounts");
    auto free = store::free_account_id(ca_.host(), taken);
    if (!free)
        throw base::Error("accounts/ has no number left for " + ca_.host());
    id_ = *free;
}

base::Task<bool> StoredAccount::holds_another_key(const crypto::PrivateKey& key) {
    auto kept = co_await store_.read(store::account_key(id_, store::account_key_file));
    co_return kept && !crypto::PrivateKey::from_pem(*kept, store_.passphrase()).same_key_as(key);
}

base::Task<bool> StoredAccount::is_gone() {
    if (id_.empty())
        co_return false;
    auto text = co_await store_.read(store::account_key(id_, store::account_file));
    auto key = co_await store_.read(store::account_key(id_, store::account_key_file));
    co_return !text || !key;
}

base::Task<void> StoredAccount::retire() {
    std::string key = store::account_key(id_, store::account_file);
    auto text = co_await store_.read(key);
    id_.clear();
    if (!text)
        co_return;
    auto record = store::parse_account(*text);
    if (!record)
        co_return;
    record->status = AccountStatus::deactivated;
    co_await store_.write(key, store::to_text(*record));
}

base::Task<void> StoredAccount::save(acme::AccountState account) {
    bool needs_id = id_.empty();
    if (!needs_id)
        needs_id = co_await holds_another_key(account.key);
    if (needs_id)
        co_await take_free_id();
    std::string key_key = store::account_key(id_, store::account_key_file);
    auto kept = co_await store_.read(key_key);
    std::vector<store::Change> changes;
    if (!kept)
        changes.push_back(store::Put{key_key, account.key.to_encrypted_pem(store_.passphrase())});
    store::AccountRecord record;
    record.status = account.url.empty() ? AccountStatus::unknown : AccountStatus::valid;
    record.url = account.url;
    record.ca_url = ca_.text();
    record.contacts = account.contacts;
    record.agreement = account.agreement;
    record.eab = account.binding;
    changes.push_back(
        store::Put{store::account_key(id_, store::account_file), store::to_text(record)});
    co_await store_.change(std::move(changes));
}

}  // namespace md::drive
