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
// What cannot be read now may be readable soon, and costs a look at each handshake.
constexpr std::chrono::minutes kept_without{1};
constexpr const char* no_name = "fallback.invalid";

model::Identifier identifier_of(const std::string& server_name) {
    auto known = model::Identifier::from_server_name(server_name);
    return known ? *known : *model::Identifier::parse(no_name);
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
    const sys_seconds now = present();
    if (site != nullptr && site->has_certificate) {
        const std::vector<Credentials>& usable = own(name, *site, now);
        if (!usable.empty())
            return usable;
    }
    return fallback(site == nullptr ? no_name : name, now);
}

bool CertificateChoice::Kept::is_usable(sys_seconds now) const {
    return now < since + (credentials.empty() ? seconds(kept_without) : seconds(kept_for)) &&
           now >= since;
}

const CertificateChoice::Kept* CertificateChoice::kept_in(const ByName& kept,
                                                          const std::string& name,
                                                          sys_seconds now) {
    auto one = kept.find(name);
    return one != kept.end() && one->second.is_usable(now) ? &one->second : nullptr;
}

const std::vector<Credentials>& CertificateChoice::keep(ByName& kept, const std::string& name,
                                                        Kept fresh) {
    if (kept.size() >= most_kept)
        kept.clear();
    return kept.insert_or_assign(name, std::move(fresh)).first->second.credentials;
}

const std::vector<Credentials>& CertificateChoice::own(const std::string& name, const Site& site,
                                                       sys_seconds now) {
    const std::string& domain = site.domain->empty() ? name : *site.domain;
    const Kept* known = kept_in(own_, domain, now);
    if (known != nullptr && known->certificates == site.certificates)
        return known->credentials;
    return keep(own_, domain, {ask(domain), now, site.certificates});
}

std::vector<Credentials> CertificateChoice::ask(const std::string& domain) const {
    std::vector<Credentials> usable;
    if (!credentials_)
        return usable;
    try {
        for (Credentials& one : credentials_(domain)) {
            if (!one.chain.empty() && one.chain.front().has_key(one.key))
                usable.push_back(std::move(one));
            else
                log::warn("the certificate and its key do not belong together",
                          log::kv("domain", domain));
        }
    } catch (const std::exception& error) {
        log::warn("the certificate cannot be served", log::kv("domain", domain),
                  log::kv("reason", error.what()));
    }
    return usable;
}

const std::vector<Credentials>& CertificateChoice::fallback(const std::string& name,
                                                            sys_seconds now) {
    const Kept* known = kept_in(fallbacks_, name, now);
    if (known != nullptr)
        return known->credentials;
    std::vector<Credentials> made;
    made.push_back({{crypto::make_fallback_certificate(key(), {identifier_of(name)}, now)}, key()});
    return keep(fallbacks_, name, {std::move(made), now});
}

const Credentials& CertificateChoice::proof(const std::string& name,
                                            const std::string& key_authorization) {
    sys_seconds now = present();
    std::string both = name + " " + key_authorization;
    const Kept* known = kept_in(proofs_, both, now);
    if (known != nullptr)
        return known->credentials.front();
    auto certificate =
        crypto::make_tls_alpn_certificate(key(), identifier_of(name), key_authorization, now);
    std::vector<Credentials> made;
    made.push_back({{std::move(certificate)}, key()});
    return keep(proofs_, both, {std::move(made), now}).front();
}

const crypto::PrivateKey& CertificateChoice::key() {
    if (!key_)
        key_ = crypto::PrivateKey::generate(model::KeySpec::ec("P-256"));
    return *key_;
}

}  // namespace md::responder
