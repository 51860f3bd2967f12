// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.hpp"

#include "crypto/error.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>

namespace md::crypto {
namespace {

constexpr std::size_t sha256_size = 32;

}  // namespace

base::Bytes sha256(base::BytesView message) {
    base::Bytes digest(sha256_size);
    check(EVP_Digest(message.data(), message.size(), digest.data(), nullptr, EVP_sha256(), nullptr),
          "hashing");
    return digest;
}

base::Bytes hmac(model::MacAlgorithm algorithm, base::BytesView key, base::BytesView message) {
    // OpenSSL takes a null key for "as before", so an empty one needs an address.
    static constexpr unsigned char nothing = 0;
    static constexpr const char* digests[] = {"SHA256", "SHA384", "SHA512"};
    base::Bytes mac(EVP_MAX_MD_SIZE);
    std::size_t size = 0;
    check(EVP_Q_mac(nullptr, "HMAC", nullptr, digests[static_cast<std::size_t>(algorithm)], nullptr,
                    key.empty() ? &nothing : key.data(), key.size(), message.data(), message.size(),
                    mac.data(), mac.size(), &size),
          "computing an HMAC");
    mac.resize(size);
    return mac;
}

base::Bytes hmac_sha256(base::BytesView key, base::BytesView message) {
    return hmac(model::MacAlgorithm::hs256, key, message);
}

base::Bytes random_bytes(std::size_t count) {
    base::Bytes bytes(count);
    if (count > 0)
        check(RAND_bytes_ex(nullptr, bytes.data(), count, 0), "drawing random octets");
    return bytes;
}

double random_share() {
    // 53 bits are what a double holds exactly.
    std::array<unsigned char, 8> raw{};
    check(RAND_bytes_ex(nullptr, raw.data(), raw.size(), 0), "drawing random octets");
    std::uint64_t drawn = 0;
    for (unsigned char byte : raw)
        drawn = drawn << 8 | byte;
    return static_cast<double>(drawn >> 11) / 9007199254740992.0;
}

}  // namespace md::crypto
