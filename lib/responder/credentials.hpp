// SPDX-License-Identifier: Apache-2.0
// A certificate with its key, and who is asked for one.
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/private_key.hpp"
#include "responder/answer.hpp"

#include <functional>
#include <string>
#include <vector>

namespace md::responder {

// A certificate to serve for the names of an MD.
struct Credentials {
    std::vector<crypto::Certificate> chain;  // leaf first
    crypto::PrivateKey key;
};

// Asked for a managed name that has certificates (SNI, lower case), one for each type of key, and
// the answer kept until credentials or sites are set anew. None, or a throw: a fallback is made up.
using CredentialsFor =
    std::function<std::vector<Credentials>(const std::string& name, const Site& site)>;

}  // namespace md::responder
