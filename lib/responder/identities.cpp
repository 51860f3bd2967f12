// SPDX-License-Identifier: Apache-2.0
// Making a self-signed certificate takes a tenth of a millisecond: nothing here needs a thread.
#include "responder/identities.hpp"

#include "base/log.hpp"

#include <exception>

namespace md::responder {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

constexpr std::size_t most_kept = 64;
// Fallbacks are valid for 14 days, and an MD's certificate may be replaced without our being told.
constexpr std::chrono::days kept_for{1};
constexpr const char* nobody = "fallback.invalid";

model::DomainName domain_name(const std::string& name) {
    auto parsed = model::DomainName::parse(name);
    return parsed ? *parsed : *model::DomainName::parse(nobody);
}

sys_seconds present() {
    return floor<seconds>(system_clock::now());
}

}  // namespace

void Identities::set_credentials(CredentialsFor credentials) {
    credentials_ = std::move(credentials);
    forget();
}

const Credentials& Identities::for_name(const std::string& name, const Site* site) {
    const std::string& kept_name = site == nullptr ? nobody : name;
    sys_seconds now = present();
    auto kept = kept_.find(kept_name);
    if (kept != kept_.end() && now < kept->second.since + kept_for && now >= kept->second.since)
        return kept->second.credentials;
    if (kept_.size() >= most_kept)
        kept_.clear();
    auto fresh = kept_.insert_or_assign(kept_name, Kept{find(kept_name, site), now});
    return fresh.first->second.credentials;
}

Credentials Identities::find(const std::string& name, const Site* site) {
    if (site != nullptr && site->has_certificate)
        if (auto credentials = own(name, *site))
            return *credentials;
    return fallback(name);
}

std::optional<Credentials> Identities::own(const std::string& name, const Site& site) const {
    if (!credentials_)
        return std::nullopt;
    try {
        auto credentials = credentials_(name, site);
        if (credentials && !credentials->chain.empty() &&
            credentials->chain.front().has_key(credentials->key))
            return credentials;
        if (credentials)
            log::warn("the certificate and its key do not belong together",
                      log::kv("domain", name));
    } catch (const std::exception& error) {
        log::warn("the certificate cannot be served", log::kv("domain", name),
                  log::kv("reason", error.what()));
    }
    return std::nullopt;
}

Credentials Identities::fallback(const std::string& name) {
    return {{crypto::make_fallback_certificate(key(), {domain_name(name)}, present())}, key()};
}

Credentials Identities::proof(const std::string& name, const std::string& key_authorization) {
    return {
        {crypto::make_tls_alpn_certificate(key(), domain_name(name), key_authorization, present())},
        key()};
}

const crypto::PrivateKey& Identities::key() {
    if (!key_)
        key_ = crypto::PrivateKey::generate(model::KeySpec::ec("P-256"));
    return *key_;
}

}  // namespace md::responder
