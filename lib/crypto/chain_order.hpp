// SPDX-License-Identifier: Apache-2.0
// The chain out of what a CA sent, whatever its order and whatever else it sent (RFC 8555 §7.4.2
// wants the leaf first and each certificate certified by the next; RFC 8446 §4.4.2 lets others be
// sent, too). Whether it is the chain that was ordered is for chain_mistake to say.
#pragma once

#include "crypto/certificate.hpp"

#include <string>
#include <vector>

namespace md::crypto {

struct OrderedChain {
    std::vector<Certificate> chain;  // the leaf first, each signed by the next
    bool moved = false;              // they were sent in another order
    std::size_t dropped = 0;         // sent, and not part of the chain
    // "the certificates came in another order, 1 that does not belong there was left out", or "".
    std::string note() const;
};

// The leaf is the first that has the key. Of several that could have signed a certificate the next
// one sent is taken, unless it has expired and another has not. What was sent comes back as it is
// where the leaf is not among it, or nothing but foreign certificates beside the leaf.
OrderedChain order_chain(const std::vector<Certificate>& sent, const PrivateKey& key,
                         sys_seconds now);

}  // namespace md::crypto
