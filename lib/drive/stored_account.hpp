// SPDX-License-Identifier: Apache-2.0
// The account of one CA as it lies in accounts/ACME-SNAME-NNNN/: account.json and an encrypted
// account.pem. One written by mod_md is used as found, also where httpd had not yet taken it up.
#pragma once

#include "acme/account.hpp"
#include "store/store.hpp"

#include <string>

namespace md::drive {

class StoredAccount final : public acme::AccountVault {
public:
    // `kid`: of the external account that it is to be bound to; "" = any, or none.
    StoredAccount(store::Store& store, http::Url ca, std::string kid)
        : store_(store), ca_(std::move(ca)), kid_(std::move(kid)) {}

    base::Task<std::optional<acme::AccountState>> load() override;
    base::Task<void> save(acme::AccountState account) override;
    base::Task<void> retire() override;

    // It was loaded or saved, and is not in the store any more.
    base::Task<bool> is_gone();

    // The folder below accounts/, "" before the first load or save found or made one.
    const std::string& id() const { return id_; }

private:
    base::Task<std::optional<acme::AccountState>> read(std::string folder);
    base::Task<std::optional<acme::AccountState>> usable(std::string folder);
    base::Task<bool> holds_another_key(const crypto::PrivateKey& key);
    base::Task<void> take_free_id();
    base::Task<std::optional<acme::AccountState>> staged_account();

    store::Store& store_;
    http::Url ca_;
    std::string kid_;
    std::string id_;
};

}  // namespace md::drive
