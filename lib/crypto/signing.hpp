// SPDX-License-Identifier: Apache-2.0
// What CSRs and the certificates we sign ourselves have in common: the digest that suits a key,
// and names as subjectAltName. For the .cpp files of lib/crypto.
#pragma once

#include "crypto/owners.hpp"
#include "crypto/private_key.hpp"
#include "model/identifier.hpp"

#include <vector>

namespace md::crypto {

// SHA-256, or for the larger curves the digest of their strength (RFC 7518 §3.4).
const EVP_MD* signing_digest(const PrivateKey& key);

// One dNSName or iPAddress per identifier, in their order.
GeneralNamesOwner general_names(const std::vector<model::Identifier>& names);

}  // namespace md::crypto
