// SPDX-License-Identifier: Apache-2.0
// A DNS name as certificates carry it: letters-digits-hyphen labels of at most 63 octets, 253 in
// all, lower case (RFC 5890 A-labels, RFC 1123), the first label possibly "*". Not an IP address.
// Underscores are taken, too: they stand in names of hosts that private CAs certify.
#pragma once

#include "model/mistake.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace md::model {

class DomainName {
public:
    // Lower-cases; a trailing dot is dropped.
    static Checked<DomainName> parse(std::string_view text);

    const std::string& text() const { return text_; }

    auto operator<=>(const DomainName&) const = default;

private:
    explicit DomainName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace md::model
