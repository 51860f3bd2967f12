// SPDX-License-Identifier: Apache-2.0
// A certificate with its key, and which of several a client is offered. OpenSSL takes one with an
// RSA key and one with an elliptic key for a session, and chooses between these two by the client's
// cipher suites and signature algorithms; which of several curves is the elliptic one is chosen
// here.
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/private_key.hpp"
#include "server/client_hello.hpp"

#include <vector>

namespace md::server {

struct Credentials {
    std::vector<crypto::Certificate> chain;  // leaf first
    crypto::PrivateKey key;
};

// One of each of the two kinds at most, pointing into `all`. The curve is the first of the client's
// signature algorithms that we have; of those it does not tell apart, the first of ours.
std::vector<const Credentials*> credentials_for(const ClientHello& client,
                                                const std::vector<Credentials>& all);

}  // namespace md::server
