// SPDX-License-Identifier: Apache-2.0
// The certificate signing request of an order (RFC 2986, RFC 8555 §7.4).
#pragma once

#include "base/bytes.hpp"
#include "crypto/private_key.hpp"
#include "model/identifier.hpp"

#include <vector>

namespace md::crypto {

// DER. The names go into the subjectAltName in the given order, none into the subject (CN is dead
// and cannot hold more than 64 characters). must_staple adds the TLS feature status_request (RFC
// 7633).
base::Bytes make_csr(const PrivateKey& key, const std::vector<model::Identifier>& names,
                     bool must_staple);

}  // namespace md::crypto
