// SPDX-License-Identifier: Apache-2.0
// The certificate in a CA's answer (RFC 8555 §7.4.2), before anything of it replaces one that
// works.
#pragma once

#include "acme/error.hpp"
#include "crypto/certificate.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace md::acme {

// The chain in its order and nothing else. Throws AcmeError with its cause. What was put right is
// logged.
std::vector<crypto::Certificate> read_chain(std::string_view body,
                                            const crypto::OrderedCertificate& wanted,
                                            sys_seconds now);

// How long until the certificate is valid; 0 where it is. Clocks differ by little: what is further
// off than five minutes throws AcmeError, for one of the clocks is wrong then.
std::chrono::seconds until_valid(const crypto::Certificate& leaf, sys_seconds now);

}  // namespace md::acme
