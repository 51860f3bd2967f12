// SPDX-License-Identifier: Apache-2.0
#include "crypto/owners.hpp"

#include <limits>

namespace md::crypto {

BioOwner reader_of(std::string_view text) {
    if (text.size() > std::numeric_limits<int>::max())
        throw CryptoError("reading PEM: the text is too long");
    return BioOwner(
        check(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "reading PEM"));
}

BioOwner collector() {
    return BioOwner(check(BIO_new(BIO_s_mem()), "getting memory"));
}

std::string_view collected(const BioOwner& bio) {
    char* text = nullptr;
    long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size > 0 ? size : 0)};
}

}  // namespace md::crypto
