// SPDX-License-Identifier: Apache-2.0
// Raw octets, and views of them. Text is std::string; what is not text is Bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace md::base {

using Bytes = std::vector<unsigned char>;
using BytesView = std::span<const unsigned char>;

inline BytesView bytes_of(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

inline std::string_view text_of(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace md::base
