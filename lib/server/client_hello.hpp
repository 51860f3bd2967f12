// SPDX-License-Identifier: Apache-2.0
// What a ClientHello says that decides which certificate is shown: server_name (RFC 6066 §3),
// application_layer_protocol_negotiation (RFC 7301 §3.1), and what the client can verify. Pure, on
// octets that any client may have sent.
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace md::server {

// The views are contents of extensions, empty where there is none, and valid during the callback.
struct ClientHello {
    std::string server_name;               // lower case; "" when there is none
    base::BytesView protocols;             // of ALPN
    base::BytesView signature_algorithms;  // RFC 8446 §4.2.3
    base::BytesView groups;                // §4.2.7
};

// The host_name in lower case without a trailing dot; nullopt when malformed, or not letters,
// digits, hyphens, underscores and dots.
std::optional<std::string> server_name(base::BytesView extension);

// Whether the protocol is in the list. A malformed list offers nothing.
bool offers_protocol(base::BytesView extension, std::string_view protocol);

// The same of the bare list of names, without its length in front (what ALPN callbacks get).
bool lists_protocol(base::BytesView names, std::string_view protocol);

}  // namespace md::server
