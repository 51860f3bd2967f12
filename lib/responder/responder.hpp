// SPDX-License-Identifier: Apache-2.0
// The responder's side of a listener: what is said to each request and which certificate is shown,
// from the challenge board and what is known of the managed names.
#pragma once

#include "responder/answer.hpp"
#include "responder/certificate_choice.hpp"
#include "server/server_tls.hpp"

#include <string>
#include <utility>

namespace md::responder {

class Responder {
public:
    // The board outlives it.
    explicit Responder(const challenge::ChallengeBoard& board) : board_(board) {}
    Responder(const Responder&) = delete;
    Responder& operator=(const Responder&) = delete;

    // What to answer and serve from now on; may be called at any time (activation, reload).
    void set_sites(Sites sites);
    // One of them; the certificates of the others are not asked for again.
    void set_site(const std::string& name, Site site);
    void set_credentials(CredentialsFor credentials);
    // MDHealthPath; "" = none.
    void set_health_path(std::string path) { health_path_ = std::move(path); }

    server::Response respond(const server::Request& request) const {
        return answer(request, board_, sites_, health_path_);
    }
    // The proof of tls-alpn-01 goes to who asks for "acme-tls/1" and a name on the board, and to no
    // other. Throws CryptoError.
    server::CertificateOffer offer(const server::ClientHello& hello);

private:
    server::CertificateOffer offer_proof(const std::string& name);

    const challenge::ChallengeBoard& board_;
    Sites sites_;
    std::string health_path_;
    CertificateChoice certificates_;
};

}  // namespace md::responder
