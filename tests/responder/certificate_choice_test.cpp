// SPDX-License-Identifier: Apache-2.0
#include "responder/certificate_choice.hpp"

#include "support/catch.hpp"

namespace md::responder {
namespace {

std::string proof_of(CertificateChoice& certificates, const std::string& name,
                     const std::string& answer) {
    const auto der = certificates.proof(name, answer).chain.at(0).to_der();
    return {der.begin(), der.end()};
}

}  // namespace

// Each handshake of each of the CA's validators made a key's signature of its own.
TEST_CASE("a proof is made once for each name and answer") {
    CertificateChoice certificates;
    const std::string first = proof_of(certificates, "a.org", "token.thumbprint");
    CHECK(proof_of(certificates, "a.org", "token.thumbprint") == first);
    CHECK(proof_of(certificates, "b.org", "token.thumbprint") != first);
    CHECK(proof_of(certificates, "a.org", "other.thumbprint") != first);
    CHECK(proof_of(certificates, "a.org", "token.thumbprint") == first);
    certificates.forget();  // certificates of MDs have changed: proofs have not
    CHECK(proof_of(certificates, "a.org", "token.thumbprint") == first);
}

TEST_CASE("no more than a bounded number of proofs is kept, and all of them are right") {
    CertificateChoice certificates;
    const std::string first = proof_of(certificates, "a.org", "token-0");
    for (int i = 1; i < 200; ++i)
        proof_of(certificates, "a.org", "token-" + std::to_string(i));
    CHECK(proof_of(certificates, "a.org", "token-0") != first);  // made anew
}

}  // namespace md::responder
