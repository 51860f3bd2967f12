// SPDX-License-Identifier: Apache-2.0
// MDPreferredChain: a CA may give several chains for one certificate (RFC 8555 §7.4.2), which are
// told apart by the root that they lead to. Pure.
#pragma once

#include "acme/messages.hpp"
#include "crypto/certificate.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace md::acme {

// So many other chains of a certificate are looked at.
inline constexpr std::size_t most_alternates = 8;

// Where the other chains are: the links of relation "alternate" (RFC 8288) in the Link fields of an
// answer from `from`, at most so many; what is no URL that the rule allows is left out.
std::vector<http::Url> alternates_of(const std::vector<std::string>& link_fields,
                                     const http::Url& from, UrlRule rule);

// Whether the issuer of its last certificate has that common name, in any letters.
bool leads_to(const std::vector<crypto::Certificate>& chain, std::string_view issuer);

}  // namespace md::acme
