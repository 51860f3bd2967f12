// SPDX-License-Identifier: Apache-2.0
#include "server/credentials.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace md::server {
namespace {

struct Curve {
    std::string_view name;              // KeySpec::canonical_curve
    std::uint16_t signature_algorithm;  // RFC 8446 §4.2.3
    std::uint16_t group;                // §4.2.7
};
constexpr Curve curves[] = {
    {"P-256", 0x0403, 23},
    {"P-384", 0x0503, 24},
    {"P-521", 0x0603, 25},
};

const Curve* curve_of(const Credentials& credentials) {
    const std::string name = credentials.key.spec().canonical_curve();
    auto found = std::find_if(std::begin(curves), std::end(curves),
                              [&name](const Curve& curve) { return curve.name == name; });
    return found == std::end(curves) ? nullptr : found;
}

// Two octets each, behind a length of two; nothing of a list that is cut off.
std::vector<std::uint16_t> codes_in(base::BytesView extension) {
    std::vector<std::uint16_t> codes;
    if (extension.size() < 2 || (extension[0] << 8 | extension[1]) != int(extension.size()) - 2)
        return codes;
    for (std::size_t i = 2; i + 1 < extension.size(); i += 2)
        codes.push_back(static_cast<std::uint16_t>(extension[i] << 8 | extension[i + 1]));
    return codes;
}

bool lists(const std::vector<std::uint16_t>& codes, std::uint16_t code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Before TLS 1.3 "sha256 with ecdsa" is of any curve, and the groups limit which (RFC 8422 §5.1.1).
const Credentials* elliptic_for(const ClientHello& client,
                                const std::vector<const Credentials*>& elliptic) {
    const auto groups = codes_in(client.groups);
    for (std::uint16_t algorithm : codes_in(client.signature_algorithms))
        for (const Credentials* one : elliptic) {
            const Curve* curve = curve_of(*one);
            if (curve != nullptr && curve->signature_algorithm == algorithm &&
                (groups.empty() || lists(groups, curve->group)))
                return one;
        }
    for (const Credentials* one : elliptic)
        if (const Curve* curve = curve_of(*one); curve != nullptr && lists(groups, curve->group))
            return one;
    return elliptic.front();
}

}  // namespace

std::vector<const Credentials*> credentials_for(const ClientHello& client,
                                                const std::vector<Credentials>& all) {
    std::vector<const Credentials*> chosen, elliptic;
    for (const Credentials& one : all) {
        if (!one.key.is_rsa())
            elliptic.push_back(&one);
        else if (chosen.empty())
            chosen.push_back(&one);
    }
    if (!elliptic.empty())
        chosen.push_back(elliptic_for(client, elliptic));
    return chosen;
}

}  // namespace md::server
