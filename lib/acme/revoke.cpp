// SPDX-License-Identifier: Apache-2.0
#include "acme/revoke.hpp"

#include "base/ascii.hpp"
#include "base/base64url.hpp"

#include <algorithm>
#include <iterator>

namespace md::acme {
namespace {

struct ReasonWord {
    RevocationReason reason;
    std::string_view word;
};
constexpr ReasonWord reason_words[] = {
    {RevocationReason::unspecified, "unspecified"},
    {RevocationReason::key_compromise, "keyCompromise"},
    {RevocationReason::affiliation_changed, "affiliationChanged"},
    {RevocationReason::superseded, "superseded"},
    {RevocationReason::cessation_of_operation, "cessationOfOperation"},
    {RevocationReason::privilege_withdrawn, "privilegeWithdrawn"},
};

}  // namespace

std::optional<RevocationReason> revocation_reason_named(std::string_view word) {
    const auto* found = std::find_if(
        std::begin(reason_words), std::end(reason_words),
        [&](const ReasonWord& one) { return base::lower(one.word) == base::lower(word); });
    if (found == std::end(reason_words))
        return std::nullopt;
    return found->reason;
}

std::string revocation_reasons() {
    std::string text;
    for (const ReasonWord& one : reason_words)
        text += (text.empty() ? "" : ", ") + std::string(one.word);
    return text;
}

base::Task<bool> revoke(Client& client, Signer signer, crypto::Certificate certificate,
                        RevocationReason reason) {
    Directory directory = co_await client.directory();
    if (!directory.revoke_cert)
        throw AcmeError("the CA revokes no certificates", model::FailureClass::permanent);
    std::string payload =
        revocation_payload(base::base64url_encode(certificate.to_der()), static_cast<int>(reason));
    try {
        co_await client.post(std::move(signer), *directory.revoke_cert, std::move(payload),
                             "revoking the certificate");
    } catch (const Refused& refusal) {
        if (!refusal.problem().is("alreadyRevoked"))
            throw;
        co_return false;
    }
    co_return true;
}

}  // namespace md::acme
