// SPDX-License-Identifier: Apache-2.0
// Which of an MD's certificates a client is offered. OpenSSL takes one with an RSA key and one with
// an elliptic key for a session, and chooses between these two by the client's cipher suites and
// signature algorithms; which of several curves is the elliptic one is chosen here.
#pragma once

#include "base/bytes.hpp"
#include "responder/credentials.hpp"

#include <vector>

namespace md::responder {

// What the client says in its ClientHello: the contents of signature_algorithms (RFC 8446 §4.2.3)
// and supported_groups (§4.2.7); empty where there is none.
struct ClientAbilities {
    base::BytesView signature_algorithms, groups;
};

// One of each of the two kinds at most, pointing into `all`. The curve is the first of the client's
// signature algorithms that we have; of those it does not tell apart, the first of ours.
std::vector<const Credentials*> credentials_for(const ClientAbilities& client,
                                                const std::vector<Credentials>& all);

}  // namespace md::responder
