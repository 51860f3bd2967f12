// SPDX-License-Identifier: Apache-2.0
// A certificate with its key: what one side of a TLS connection shows of itself.
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/private_key.hpp"

#include <vector>

namespace md::crypto {

struct Credentials {
    std::vector<Certificate> chain;  // leaf first
    PrivateKey key;
};

}  // namespace md::crypto
