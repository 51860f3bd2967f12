// SPDX-License-Identifier: Apache-2.0
// The two extensions of a ClientHello that decide which certificate is shown: server_name (RFC 6066
// §3) and application_layer_protocol_negotiation (RFC 7301 §3.1). Pure, on the octets of strangers.
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace md::responder {

// The host_name in lower case without a trailing dot; nullopt when malformed, or not letters,
// digits, hyphens, underscores and dots.
std::optional<std::string> server_name(base::BytesView extension);

// Whether the protocol is in the list. A malformed list offers nothing.
bool offers_protocol(base::BytesView extension, std::string_view protocol);

// The same of the bare list of names, without its length in front (what ALPN callbacks get).
bool lists_protocol(base::BytesView names, std::string_view protocol);

}  // namespace md::responder
