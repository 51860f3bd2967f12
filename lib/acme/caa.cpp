// SPDX-License-Identifier: Apache-2.0
#include "acme/caa.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace md::acme {
namespace {

constexpr std::uint8_t critical_flag = 128;

// The issuer's name in " ca.example ; account=1"; "" forbids everybody.
std::string issuer_of(std::string_view value) {
    value = value.substr(0, value.find(';'));
    auto begin = value.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    value = value.substr(begin, value.find_last_not_of(" \t") - begin + 1);
    return base::lower(value);
}

bool is_known(const std::string& tag) {
    return tag == "issue" || tag == "issuewild" || tag == "iodef" || tag == "issuemail" ||
           tag == "contactemail" || tag == "contactphone" || tag == "issuevmc";
}

bool any_with(const std::vector<CaaRecord>& records, std::string_view tag) {
    return std::any_of(records.begin(), records.end(),
                       [&](const CaaRecord& record) { return record.tag == tag; });
}

}  // namespace

CaaRecord parse_caa(std::string_view rdata) {
    auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(rdata[at]); };
    if (rdata.size() < 2 || octet(1) == 0 || rdata.size() < 2U + octet(1))
        return {true, {}, {}};
    std::size_t length = octet(1);
    return {(octet(0) & critical_flag) != 0, base::lower(rdata.substr(2, length)),
            std::string(rdata.substr(2 + length))};
}

std::string caa_refusal(const std::vector<CaaRecord>& records,
                        const std::vector<std::string>& identities, bool wildcard) {
    for (const CaaRecord& record : records)
        if (record.critical && !is_known(record.tag))
            return "a critical CAA record is of a kind that CAs do not know: '" + record.tag + "'";
    std::string_view tag = wildcard && any_with(records, "issuewild") ? "issuewild" : "issue";
    if (!any_with(records, tag))
        return {};
    std::string allowed;
    for (const CaaRecord& record : records) {
        if (record.tag != tag)
            continue;
        std::string issuer = issuer_of(record.value);
        for (const std::string& identity : identities)
            if (issuer == base::lower(identity))
                return {};
        if (!issuer.empty())
            allowed += (allowed.empty() ? "" : ", ") + issuer;
    }
    return allowed.empty() ? "CAA allows no CA at all" : "CAA allows only " + allowed;
}

}  // namespace md::acme
