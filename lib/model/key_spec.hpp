// SPDX-License-Identifier: Apache-2.0
// Which kind of private key a certificate gets (MDPrivateKeys), and what its files are called in
// the store: privkey.pem for RSA of any size, privkey.CURVE.pem else, the curve as the user spelled
// it.
#pragma once

#include "model/mistake.hpp"

#include <string>
#include <string_view>

namespace md::model {

struct KeySpec {
    enum class Type { rsa, ec };

    Type type = Type::rsa;
    unsigned bits = 2048;  // rsa
    std::string curve;     // ec: as the user spelled it, lower-cased

    static KeySpec rsa(unsigned bits = 2048) { return {Type::rsa, bits, {}}; }
    static KeySpec ec(std::string curve) { return {Type::ec, 0, std::move(curve)}; }

    // One of "P-256", "P-384", "P-521" and OpenSSL's name for the rarer ones; "" for RSA.
    std::string canonical_curve() const;
    // "" or ".p-256": stands between "privkey"/"pubcert" and ".pem".
    std::string file_suffix() const { return type == Type::rsa ? "" : "." + curve; }
    // "RSA 2048", "P-256": for people and for status.
    std::string text() const;
    // "rsa" or the curve as configured: the KEYNAME of mod_md's md-status.
    std::string name() const { return type == Type::rsa ? "rsa" : curve; }

    bool operator==(const KeySpec&) const = default;
};

// A curve by any of its usual names (P-256, secp256r1, prime256v1, ...).
Checked<KeySpec> parse_curve(std::string_view text);

}  // namespace md::model
