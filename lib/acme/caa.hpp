// SPDX-License-Identifier: Apache-2.0
// CAA records (RFC 8659): which CAs may issue for a name, as the CA will judge. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace md::acme {

struct CaaRecord {
    bool critical = false;
    std::string tag;    // lower case: "issue", "issuewild", "iodef", ...
    std::string value;  // octets of a stranger

    bool operator==(const CaaRecord&) const = default;
};

// The content of one CAA resource record (§4.1: flags, length of the tag, tag, value). Malformed:
// a critical record without a tag, which forbids all, as a CA would have it.
CaaRecord parse_caa(std::string_view rdata);

// Why a CA of these names (the directory's caaIdentities) will refuse, given the records that hold
// for the name: "CAA allows only ca.example"; "" when it will not. Parameters of the records
// (RFC 8657) are not looked at.
std::string caa_refusal(const std::vector<CaaRecord>& records,
                        const std::vector<std::string>& identities, bool wildcard);

}  // namespace md::acme
