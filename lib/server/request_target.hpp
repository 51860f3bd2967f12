// SPDX-License-Identifier: Apache-2.0
// The two things a request says about what it wants: its target (RFC 9112 §3.2) and its Host (RFC
// 9110 §7.2). Pure: takes them apart, judges their form, decodes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace md::server {

struct RequestTarget {
    std::optional<std::string_view> authority;  // of the absolute form: beats the Host header
    std::string_view path;                      // "/..." as received, or "*"
    std::string_view query;                     // with its "?", or empty
};

// nullopt: neither origin-form nor absolute-form nor "*", or with characters no target may have.
std::optional<RequestTarget> parse_target(std::string_view target);

// The host of "host[:port]" without brackets, port and trailing dot, in the case received; empty
// for "". nullopt when it cannot be an authority: user information, spaces, a broken port.
std::optional<std::string_view> host_of(std::string_view authority);

// Octets that have no place in a URI become %XX, so that what a client sent can go into a
// Location header; what is a URI already stays as it is.
void append_as_uri(std::string& out, std::string_view text);

}  // namespace md::server
