// SPDX-License-Identifier: Apache-2.0
#include "acme/account.hpp"

#include "base/base64url.hpp"
#include "base/log.hpp"
#include "crypto/jws.hpp"

namespace md::acme {
namespace {

using model::FailureClass;

// Whether the terms are agreed to; the error tells the administrator what to write.
void require_agreement(const Directory& directory, const AccountWish& wish) {
    const std::string& terms = directory.terms_of_service;
    if (terms.empty() || wish.agreement == "accepted" || wish.agreement == terms)
        return;
    std::string shown = masked(terms, 300);
    if (wish.agreement.empty())
        throw AcmeError("the CA asks for agreement to its terms of service: read " + shown +
                            " and write 'MDCertificateAgreement accepted'",
                        FailureClass::permanent);
    throw AcmeError("the CA's terms of service are now at " + shown +
                        ", MDCertificateAgreement names " + wish.agreement +
                        ": read them and write 'MDCertificateAgreement accepted'",
                    FailureClass::permanent);
}

// The binding of the account with this key, "externalAccountBinding" of a newAccount at `url`.
std::string bound(const model::ExternalAccountBinding& binding, const crypto::PrivateKey& account,
                  const std::string& url) {
    auto key = base::base64url_decode(binding.hmac);
    if (!key)
        throw AcmeError("the key of MDExternalAccountBinding is not base64url",
                        FailureClass::permanent);
    base::Secret secret{base::BytesView(*key)};
    base::wipe(key->data(), key->size());
    return crypto::mac_jws(binding.algorithm, secret.bytes(), binding_header(binding, url),
                           account.public_jwk());
}

}  // namespace

Account::Account(base::asio::any_io_executor executor, Client& client, AccountVault& vault)
    : client_(client), vault_(vault), turn_(std::move(executor), 1) {}

void Account::adopt(AccountState state) {
    thumbprint_ = state.key.thumbprint();
    state_ = std::move(state);
}

base::Task<void> Account::save_again() {
    auto turn = co_await turn_.take();
    if (state_)
        co_await vault_.save(*state_);
}

base::Task<void> Account::ensure(AccountWish wish) {
    auto turn = co_await turn_.take();
    last_wish_ = wish;
    if (!state_) {
        auto stored = co_await vault_.load();
        if (stored)
            adopt(std::move(*stored));
    }
    if (!state_ || state_->url.empty())
        co_await register_account(wish);
    else if (!wish.contacts.empty() && wish.contacts != state_->contacts)
        co_await update_contacts(wish);
}

base::Task<void> Account::register_account(const AccountWish& wish) {
    Directory directory = co_await client_.directory();
    require_agreement(directory, wish);
    if (directory.external_account_required && !wish.binding)
        log::warn("the CA asks for an external account: MDExternalAccountBinding is not set",
                  log::kv("ca", client_.directory_url().text()));
    // What was registered when the answer was lost may have used the binding up.
    const bool may_exist = state_ && wish.binding;
    if (!state_)
        co_await make_key();
    std::optional<Answer> answer;
    if (may_exist)
        answer = co_await ask_for_existing(directory);
    if (!answer)
        answer = co_await ask_for_new(directory, wish);
    if (!answer->location)
        throw ProtocolError("registering the account: the CA's answer has no Location");
    co_await keep_registered(directory, wish, std::move(*answer->location));
}

base::Task<std::optional<Answer>> Account::ask_for_existing(const Directory& directory) {
    Signer signer{state_->key, {}};
    std::string payload = existing_account_payload();
    try {
        Answer answer = co_await client_.post(std::move(signer), directory.new_account,
                                              std::move(payload), "looking for the account");
        co_return answer;
    } catch (const Refused& refusal) {
        // Some look at the binding before they look at the key.
        if (!refusal.problem().is("accountDoesNotExist") &&
            !refusal.problem().is("externalAccountRequired"))
            throw;
    }
    co_return std::nullopt;
}

base::Task<Answer> Account::ask_for_new(const Directory& directory, const AccountWish& wish) {
    Signer signer{state_->key, {}};
    std::string binding;
    if (wish.binding)
        binding = bound(*wish.binding, state_->key, directory.new_account.text());
    std::string payload =
        new_account_payload(wish.contacts, !directory.terms_of_service.empty(), binding);
    std::string doing = "registering the account";
    if (wish.binding)
        doing += " with external account " + masked(wish.binding->kid, 100) +
                 ", which most CAs take once";
    Purpose purpose(std::move(doing), "");
    Answer answer = co_await client_.post(std::move(signer), directory.new_account,
                                          std::move(payload), std::move(purpose));
    co_return answer;
}

base::Task<void> Account::keep_registered(const Directory& directory, const AccountWish& wish,
                                          std::string location) {
    AccountState account = *state_;
    UrlRule rule = client_.url_rule().within(directory.new_account);
    account.url = parse_url(location, rule, "the CA's account, 'Location'").text();
    account.contacts = wish.contacts;
    account.agreement = directory.terms_of_service;
    account.binding = wish.binding;
    co_await vault_.save(account);
    log::info("account registered", log::kv("ca", client_.directory_url().text()),
              log::kv("account", account.url));
    adopt(std::move(account));
}

// Most CAs take a binding once: another registration is for a person to decide.
void Account::require_unbound() const {
    if (!state_->binding)
        return;
    throw AcmeError("the CA does not serve the account " + masked(state_->url, 300) +
                        " any more, and the external account " + masked(state_->binding->kid, 100) +
                        " may be used up: get another one from the CA and write it as "
                        "MDExternalAccountBinding",
                    FailureClass::permanent);
}

// Kept before it is used: should we die then, the same key finds the same account again.
base::Task<void> Account::make_key() {
    AccountState fresh{
        crypto::PrivateKey::generate(model::KeySpec::ec("p-256")), {}, {}, {}, last_wish_.binding};
    co_await vault_.save(fresh);
    adopt(std::move(fresh));
}

base::Task<void> Account::update_contacts(const AccountWish& wish) {
    AccountState account = *state_;
    http::Url url = parse_url(account.url, client_.url_rule(), "the stored account");
    std::string refused;
    Signer signer{account.key, account.url};
    std::string payload = contacts_payload(wish.contacts);
    try {
        co_await client_.post(signer, url, payload, "updating the account's contacts");
    } catch (const Refused& refusal) {
        // A contact the CA dislikes must not stop renewals; it is tried again at the next start.
        refused = refusal.what();
    }
    if (!refused.empty())
        log::warn("contacts not updated", log::kv("account", account.url),
                  log::kv("reason", refused));
    account.contacts = wish.contacts;
    if (refused.empty())
        co_await vault_.save(account);
    state_ = std::move(account);
}

base::Task<void> Account::renew_registration(const std::string& lost_url) {
    auto turn = co_await turn_.take();
    if (state_->url != lost_url)
        co_return;  // another MD was faster
    require_unbound();
    log::warn("the CA does not know the account any more, registering it anew",
              log::kv("account", lost_url));
    co_await register_account(last_wish_);
}

// The CA says "unauthorized" to an account that asks for what is another's, too: what it says of
// the account itself decides.
base::Task<bool> Account::is_out_of_use(Signer signer) {
    http::Url url = parse_url(signer.account_url, client_.url_rule(), "the stored account");
    try {
        Answer answer =
            co_await client_.post(std::move(signer), std::move(url), "", "asking for the account");
        co_return is_account_out_of_use(answer.body);
    } catch (const Refused& refusal) {
        co_return refusal.problem().is("unauthorized");
    }
}

base::Task<void> Account::replace(const std::string& former_url) {
    auto turn = co_await turn_.take();
    if (state_->url != former_url)
        co_return;  // another MD was faster
    require_unbound();
    log::warn("the CA has deactivated or revoked the account, registering another one",
              log::kv("account", former_url));
    co_await vault_.retire();
    auto other = co_await vault_.load();
    if (other && other->url != former_url)
        adopt(std::move(*other));
    else
        co_await make_key();
    if (state_->url.empty())
        co_await register_account(last_wish_);
    replacement_ = state_->url;
}

// Another MD may be replacing the account, or may have failed to.
base::Task<Signer> Account::signer_of_registered() {
    if (state_->url.empty())
        co_await ensure(last_wish_);
    co_return Signer{state_->key, state_->url};
}

base::Task<Answer> Account::post(http::Url url, std::string payload, Purpose purpose) {
    Signer signer = co_await signer_of_registered();
    std::optional<Answer> answer;
    std::exception_ptr unauthorized;
    try {
        answer = co_await client_.post(signer, url, payload, purpose);
    } catch (const Refused& refusal) {
        if (refusal.problem().is("unauthorized") && signer.account_url != replacement_)
            unauthorized = std::current_exception();
        else if (!refusal.problem().is("accountDoesNotExist"))
            throw;
    }
    if (answer)
        co_return std::move(*answer);
    if (unauthorized) {
        bool out_of_use = signer.account_url != state_->url;  // another MD found that out
        if (!out_of_use)
            out_of_use = co_await is_out_of_use(signer);
        if (!out_of_use)
            std::rethrow_exception(unauthorized);
        co_await replace(signer.account_url);
    } else {
        co_await renew_registration(signer.account_url);
    }
    signer = co_await signer_of_registered();
    Answer second =
        co_await client_.post(signer, std::move(url), std::move(payload), std::move(purpose));
    co_return second;
}

}  // namespace md::acme
