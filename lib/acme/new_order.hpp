// SPDX-License-Identifier: Apache-2.0
// newOrder (RFC 8555 §7.4), and what is left out of it where the CA refuses it.
#pragma once

#include "acme/issue.hpp"

namespace md::acme {

// The answer of the CA, which took the order. Throws AcmeError and http::TransportError.
base::Task<Answer> ask_for_order(IssueContext& bench, const IssueRequest& request);

}  // namespace md::acme
