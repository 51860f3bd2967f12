// SPDX-License-Identifier: Apache-2.0
#include "crypto/jws.hpp"

#include "base/base64url.hpp"
#include "crypto/digest.hpp"

namespace md::crypto {
namespace {

// The signing input (RFC 7515 §5.1) and, once signed, the whole in one go.
struct Flattened {
    std::string header, payload;

    Flattened(std::string_view protected_json, std::string_view raw_payload)
        : header(base::base64url_encode(protected_json)),
          payload(base::base64url_encode(raw_payload)) {}

    std::string signing_input() const { return header + "." + payload; }
    std::string with(base::BytesView signature) const {
        return R"({"protected":")" + header + R"(","payload":")" + payload + R"(","signature":")" +
               base::base64url_encode(signature) + "\"}";
    }
};

}  // namespace

std::string sign_jws(const PrivateKey& key, std::string_view protected_json,
                     std::string_view payload) {
    Flattened parts(protected_json, payload);
    return parts.with(key.sign_jws(parts.signing_input()));
}

std::string mac_jws(model::MacAlgorithm algorithm, base::BytesView key,
                    std::string_view protected_json, std::string_view payload) {
    Flattened parts(protected_json, payload);
    return parts.with(hmac(algorithm, key, base::bytes_of(parts.signing_input())));
}

}  // namespace md::crypto
