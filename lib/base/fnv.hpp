// SPDX-License-Identifier: Apache-2.0
// FNV-1a: a number for octets, to tell what changed from what did not. Not for what somebody gains
// by a collision of.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string_view>

namespace md::base {

class Fnv {
public:
    Fnv& add(BytesView octets) {
        for (unsigned char octet : octets)
            hash_ = (hash_ ^ octet) * 0x100000001b3;
        return *this;
    }
    Fnv& add(std::string_view text) { return add(bytes_of(text)); }
    Fnv& add(std::uint64_t number) {
        for (int i = 0; i < 8; ++i, number >>= 8)
            hash_ = (hash_ ^ (number & 0xff)) * 0x100000001b3;
        return *this;
    }
    std::uint64_t value() const { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace md::base
