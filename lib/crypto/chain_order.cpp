// SPDX-License-Identifier: Apache-2.0
#include "crypto/chain_order.hpp"

#include <algorithm>

namespace md::crypto {
namespace {

constexpr std::size_t most_links =
    10;  // more is no chain of any CA, and each link costs signatures

using Positions = std::vector<std::size_t>;

bool is_among(const Positions& positions, std::size_t position) {
    return std::find(positions.begin(), positions.end(), position) != positions.end();
}

// The position of what signed the last of the chain, or the count of certificates. The leaf's own
// issuer is taken when it has expired, too, so that this can be told; above it such a certificate
// helps nobody, as the end of a chain for old clients (Let's Encrypt's "DST Root CA X3").
std::size_t issuer_of_last(const std::vector<Certificate>& sent, const Positions& chain,
                           sys_seconds now) {
    const std::size_t none = sent.size();
    const Certificate& last = sent[chain.back()];
    if (last.is_signed_by(last))
        return none;
    std::size_t expired = none;
    for (std::size_t step = 1; step < sent.size(); ++step) {
        std::size_t i = (chain.back() + step) % sent.size();
        if (is_among(chain, i) || !last.is_signed_by(sent[i]))
            continue;
        if (sent[i].not_after() > now)
            return i;
        expired = std::min(expired, i);
    }
    return chain.size() == 1 ? expired : none;
}

}  // namespace

std::string OrderedChain::note() const {
    std::string text = moved ? "the certificates came in another order" : "";
    if (dropped > 0)
        text += (moved ? ", " : "") + std::to_string(dropped) +
                " that does not belong to the chain was left out";
    return text;
}

OrderedChain order_chain(const std::vector<Certificate>& sent, const PrivateKey& key,
                         sys_seconds now) {
    auto leaf = std::find_if(sent.begin(), sent.end(),
                             [&](const Certificate& one) { return one.has_key(key); });
    if (leaf == sent.end())
        return OrderedChain{sent, false, 0};
    Positions positions{static_cast<std::size_t>(leaf - sent.begin())};
    while (positions.size() < most_links) {
        std::size_t issuer = issuer_of_last(sent, positions, now);
        if (issuer == sent.size())
            break;
        positions.push_back(issuer);
    }
    // A link that is missing is not the same as one certificate too many.
    bool alone = positions.size() == 1 && !leaf->is_signed_by(*leaf);
    if (alone && !std::all_of(sent.begin(), sent.end(),
                              [&](const Certificate& one) { return one.is_same_as(*leaf); }))
        return OrderedChain{sent, false, 0};
    OrderedChain ordered;
    for (std::size_t position : positions)
        ordered.chain.push_back(sent[position]);
    ordered.moved = !std::is_sorted(positions.begin(), positions.end());
    ordered.dropped = sent.size() - positions.size();
    return ordered;
}

}  // namespace md::crypto
