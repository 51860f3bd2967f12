// SPDX-License-Identifier: Apache-2.0
// Making a self-signed certificate takes a tenth of a millisecond: nothing here needs a thread.
#include "responder/certificate_choice.hpp"

#include "base/log.hpp"

#include <exception>

namespace md::responder {
namespace {

using server::Credentials;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

constexpr std::size_t most_kept = 64;
// Fallbacks are valid for 14 days, and an MD's certificate may be replaced without our being told.
constexpr std::chrono::days kept_for{1};
constexpr const char* no_name = "fallback.invalid";

model::DomainName domain_name(const std::string& name) {
    auto parsed = model::DomainName::parse(name);
    return parsed ? *parsed : *model::DomainName::parse(no_name);
}

sys_seconds present() {
    return floor<seconds>(system_clock::now());
}

}  // namespace

void CertificateChoice::set_credentials(CredentialsFor credentials) {
    credentials_ = std::move(credentials);
    forget();
}

const std::vector<Credentials>& CertificateChoice::for_name(const std::string& name,
                                                            const Site* site) {
    const std::string& kept_name = site == nullptr ? no_name : name;
    sys_seconds now = present();
    const std::vector<Credentials>* known = kept_in(kept_, kept_name, now);
    return known != nullptr ? *known : keep(kept_, kept_name, find(kept_name, site), now);
}

const std::vector<Credentials>* CertificateChoice::kept_in(const ByName& kept,
                                                           const std::string& name,
                                                           sys_seconds now) {
    auto one = kept.find(name);
    bool usable =
        one != kept.end() && now < one->second.since + kept_for && now >= one->second.since;
    return usable ? &one->second.credentials : nullptr;
}

const std::vector<Credentials>& CertificateChoice::keep(ByName& kept, const std::string& name,
                                                        std::vector<Credentials> fresh,
                                                        sys_seconds now) {
    if (kept.size() >= most_kept)
        kept.clear();
    return kept.insert_or_assign(name, Kept{std::move(fresh), now}).first->second.credentials;
}

std::vector<Credentials> CertificateChoice::find(const std::string& name, const Site* site) {
    std::vector<Credentials> found;
    if (site != nullptr && site->has_certificate)
        found = own(name, *site);
    if (found.empty())
        found.push_back(fallback(name));
    return found;
}

std::vector<Credentials> CertificateChoice::own(const std::string& name, const Site& site) const {
    std::vector<Credentials> usable;
    if (!credentials_)
        return usable;
    try {
        for (Credentials& one : credentials_(name, site)) {
            if (!one.chain.empty() && one.chain.front().has_key(one.key))
                usable.push_back(std::move(one));
            else
                log::warn("the certificate and its key do not belong together",
                          log::kv("domain", name));
        }
    } catch (const std::exception& error) {
        log::warn("the certificate cannot be served", log::kv("domain", name),
                  log::kv("reason", error.what()));
    }
    return usable;
}

Credentials CertificateChoice::fallback(const std::string& name) {
    return {{crypto::make_fallback_certificate(key(), {domain_name(name)}, present())}, key()};
}

const Credentials& CertificateChoice::proof(const std::string& name,
                                            const std::string& key_authorization) {
    sys_seconds now = present();
    std::string both = name + " " + key_authorization;
    const std::vector<Credentials>* known = kept_in(proofs_, both, now);
    if (known != nullptr)
        return known->front();
    auto certificate =
        crypto::make_tls_alpn_certificate(key(), domain_name(name), key_authorization, now);
    std::vector<Credentials> made;
    made.push_back({{std::move(certificate)}, key()});
    return keep(proofs_, both, std::move(made), now).front();
}

const crypto::PrivateKey& CertificateChoice::key() {
    if (!key_)
        key_ = crypto::PrivateKey::generate(model::KeySpec::ec("P-256"));
    return *key_;
}

}  // namespace md::responder
