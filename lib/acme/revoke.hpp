// SPDX-License-Identifier: Apache-2.0
// Revoking a certificate (RFC 8555 §7.6).
#pragma once

#include "acme/client.hpp"
#include "crypto/certificate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace md::acme {

// RFC 5280 §5.3.1, as far as a CA may be told.
enum class RevocationReason {
    unspecified = 0,
    key_compromise = 1,
    affiliation_changed = 3,
    superseded = 4,
    cessation_of_operation = 5,
    privilege_withdrawn = 9,
};

// By RFC 5280's word, in any letters: "keyCompromise".
std::optional<RevocationReason> revocation_reason_named(std::string_view word);
// "unspecified, keyCompromise, ..."
std::string revocation_reasons();

// Signed by an account that has proved the names, or, with a signer that has no URL, by the key of
// the certificate itself. False when it was revoked already. Throws AcmeError.
base::Task<bool> revoke(Client& client, Signer signer, crypto::Certificate certificate,
                        RevocationReason reason);

}  // namespace md::acme
