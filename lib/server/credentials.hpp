// SPDX-License-Identifier: Apache-2.0
// Which of several certificates a client is offered. OpenSSL takes one with an RSA key and one with
// an elliptic key for a session, and chooses between these two by the client's cipher suites and
// signature algorithms; which of several curves is the elliptic one is chosen here.
#pragma once

#include "crypto/credentials.hpp"
#include "server/client_hello.hpp"

#include <vector>

namespace md::server {

using crypto::Credentials;

// One of each of the two kinds at most, pointing into `all`. The curve is the first of the client's
// signature algorithms that we have; of those it does not tell apart, the first of ours.
std::vector<const Credentials*> credentials_for(const ClientHello& client,
                                                const std::vector<Credentials>& all);

}  // namespace md::server
