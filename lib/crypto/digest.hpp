// SPDX-License-Identifier: Apache-2.0
// SHA-256, HMAC and random octets.
#pragma once

#include "base/bytes.hpp"
#include "model/external_account.hpp"

#include <cstddef>

namespace md::crypto {

base::Bytes sha256(base::BytesView message);
base::Bytes hmac(model::MacAlgorithm algorithm, base::BytesView key, base::BytesView message);
base::Bytes hmac_sha256(base::BytesView key, base::BytesView message);
base::Bytes random_bytes(std::size_t count);
// Uniform in [0, 1), for jitter.
double random_share();

}  // namespace md::crypto
