// SPDX-License-Identifier: Apache-2.0
// The account at one CA (RFC 8555 §7.3): registered when there is none, its contacts kept up to
// date, registered anew with the same key when the CA lost it, and with another key when the CA has
// it deactivated or revoked.
#pragma once

#include "acme/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace md::acme {

// What is known of an account; `url` is empty while it is not registered yet.
struct AccountState {
    crypto::PrivateKey key;
    std::string url;
    std::vector<std::string> contacts;
    std::string agreement;
    std::optional<model::ExternalAccountBinding> binding = {};  // it was registered with
};

// Where accounts are kept; each call is for the one CA, and the one external account, that the
// vault was made for. Real: drive/stored_account.
class AccountVault {
public:
    virtual ~AccountVault() = default;
    virtual base::Task<std::optional<AccountState>> load() = 0;
    // Durable when it resumes.
    virtual base::Task<void> save(AccountState account) = 0;
    // The CA serves that account no more: it is not loaded again, and what is saved from now on is
    // another one.
    virtual base::Task<void> retire() = 0;
};

// What an MD wants of the account.
struct AccountWish {
    std::vector<std::string> contacts;
    std::string agreement;  // MDCertificateAgreement: "", "accepted" or a URL
    // MDExternalAccountBinding; the vault has accounts of this binding alone.
    std::optional<model::ExternalAccountBinding> binding = {};
};

class Account {
public:
    Account(base::asio::any_io_executor executor, Client& client, AccountVault& vault);

    // Makes sure the account exists. Any number of MDs may ask at once: one registers. Throws
    // AcmeError (permanent) with the terms' URL when they are not agreed to.
    base::Task<void> ensure(AccountWish wish);

    // Client::post in the account's name. When the CA says accountDoesNotExist, registers anew with
    // the same key, once, and repeats; likewise, with a new key, when it says unauthorized and so
    // does the account itself (RFC 8555 §7.3.6).
    base::Task<Answer> post(http::Url url, std::string payload, Purpose purpose);

    // Hands the account to its vault once more, which may have lost it.
    base::Task<void> save_again();

    // RFC 7638, for key authorizations. After ensure().
    const std::string& thumbprint() const { return thumbprint_; }
    Client& client() { return client_; }

private:
    base::Task<void> register_account(const AccountWish& wish);
    base::Task<void> update_contacts(const AccountWish& wish);
    base::Task<void> make_key();
    base::Task<std::optional<Answer>> ask_for_existing(const Directory& directory);
    base::Task<Answer> ask_for_new(const Directory& directory, const AccountWish& wish);
    base::Task<void> keep_registered(const Directory& directory, const AccountWish& wish,
                                     std::string location);
    base::Task<void> renew_registration(const std::string& lost_url);
    base::Task<bool> is_out_of_use(Signer signer);
    base::Task<Signer> signer_of_registered();
    base::Task<void> replace(const std::string& former_url);
    void require_unbound() const;
    void adopt(AccountState state);

    Client& client_;
    AccountVault& vault_;
    base::Permits turn_;
    std::optional<AccountState> state_;
    AccountWish last_wish_;
    std::string thumbprint_;
    std::string replacement_;  // the URL of the account that replaced one; not replaced at once
};

}  // namespace md::acme
