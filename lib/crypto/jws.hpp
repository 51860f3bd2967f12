// SPDX-License-Identifier: Apache-2.0
// JWS in flattened JSON serialization (RFC 7515 §7.2.2), as ACME posts it (RFC 8555 §6.2).
#pragma once

#include "base/secret.hpp"
#include "crypto/private_key.hpp"
#include "model/external_account.hpp"

#include <string>
#include <string_view>

namespace md::crypto {

// {"protected":...,"payload":...,"signature":...} of a protected header that is JSON text already
// and whose "alg" is key.jws_algorithm(). An empty payload is POST-as-GET.
std::string sign_jws(const PrivateKey& key, std::string_view protected_json,
                     std::string_view payload);
// The same with a MAC, for external account binding (RFC 8555 §7.3.4).
std::string mac_jws(model::MacAlgorithm algorithm, base::BytesView key,
                    std::string_view protected_json, std::string_view payload);

}  // namespace md::crypto
