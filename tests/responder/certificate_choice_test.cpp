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

// Gives certificates to whoever asks, and counts.
struct Given {
    Given() {
        choice.set_credentials([this](const std::string& domain) {
            asked.push_back(domain);
            return all;
        });
    }
    // The certificate that is shown, for the name itself or a made-up one.
    std::string shown(const std::string& name, const Site& site) {
        const auto der = choice.for_name(name, &site).at(0).chain.at(0).to_der();
        return {der.begin(), der.end()};
    }
    static std::vector<server::Credentials> one_more() {
        auto key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return {
            {{crypto::make_fallback_certificate(key, {*model::DomainName::parse("a.org")}, now)},
             key}};
    }
    CertificateChoice choice;
    std::vector<server::Credentials> all = one_more();
    std::vector<std::string> asked;
};

Site site_of(const std::string& domain, std::uint64_t certificates) {
    return {true, model::RequireHttps::off, domain, certificates};
}

}  // namespace

// A mere "notified" of one MD made all others read their files again at the next handshake.
TEST_CASE("certificates are asked for once for each set, by the name of the managed domain") {
    using Names = std::vector<std::string>;
    Given given;
    const std::string first = given.shown("a.org", site_of("", 1));
    CHECK(given.shown("www.a.org", site_of("a.org", 1)) == first);
    CHECK(given.asked == Names{"a.org"});
    given.shown("b.org", site_of("", 7));
    CHECK(given.asked == Names{"a.org", "b.org"});

    given.all = Given::one_more();  // a.org is renewed: b.org is not asked for again
    CHECK(given.shown("www.a.org", site_of("a.org", 2)) != first);
    given.shown("a.org", site_of("", 2));
    CHECK(given.shown("b.org", site_of("", 7)) == first);
    CHECK(given.asked == Names{"a.org", "b.org", "a.org"});
    given.choice.forget();
    CHECK(given.shown("b.org", site_of("", 7)) != first);
}

TEST_CASE("where nothing can be had, each name gets a fallback of its own") {
    Given given;
    given.all.clear();
    const std::string fallback = given.shown("www.a.org", site_of("a.org", 1));
    CHECK(given.shown("a.org", site_of("", 1)) != fallback);
    CHECK(given.shown("www.a.org", site_of("a.org", 1)) == fallback);
    CHECK(given.asked.size() == 1);
}

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
