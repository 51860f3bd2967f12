// SPDX-License-Identifier: Apache-2.0
#include "responder/responder.hpp"

#include "base/log.hpp"

namespace md::responder {
namespace {

constexpr std::string_view acme_protocol = "acme-tls/1";

}  // namespace

void Responder::set_sites(Sites sites) {
    sites_ = std::move(sites);
    certificates_.forget();
}

void Responder::set_site(const std::string& name, Site site) {
    sites_.add(name, std::move(site));
}

void Responder::set_credentials(CredentialsFor credentials) {
    certificates_.set_credentials(std::move(credentials));
}

server::CertificateOffer Responder::offer(const server::ClientHello& hello) {
    if (server::offers_protocol(hello.protocols, acme_protocol))
        return offer_proof(hello.server_name);
    const auto& all = certificates_.for_name(hello.server_name, sites_.find(hello.server_name));
    server::CertificateOffer offer;
    offer.credentials = server::credentials_for(hello, all);
    return offer;
}

// RFC 8737 §3: a validation connection carries nothing and ends after the handshake; one for a name
// that is not prepared is refused.
server::CertificateOffer Responder::offer_proof(const std::string& name) {
    server::CertificateOffer offer;
    const challenge::PublishedAnswer* published = board_.tls(name);
    if (published == nullptr)
        return offer;
    offer.credentials.push_back(&certificates_.proof(name, published->answer));
    offer.protocol = acme_protocol;
    offer.handshake_only = true;
    offer.receipt = published->receipt;
    log::debug("validator answered", log::kv("domain", name));
    return offer;
}

}  // namespace md::responder
