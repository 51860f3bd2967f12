// SPDX-License-Identifier: Apache-2.0
#include "crypto/csr.hpp"

#include "crypto/openssl_command.hpp"
#include "crypto/owners.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>

using namespace md;
using crypto::PrivateKey;
using model::KeySpec;

namespace {

std::vector<model::Identifier> names_of(const std::vector<std::string>& texts) {
    std::vector<model::Identifier> names;
    for (const std::string& text : texts)
        names.push_back(model::Identifier::parse(text).value());
    return names;
}

std::string described(const base::Bytes& der) {
    test::OpensslCommand openssl;
    openssl.file("csr.der", der);
    auto verified = openssl("req -inform DER -in csr.der -verify -noout");
    CHECK(verified.status == 0);
    CHECK_THAT(verified.output, Catch::Contains("verify OK"));
    return openssl("req -inform DER -in csr.der -noout -text").output;
}

}  // namespace

TEST_CASE("a CSR has the names in their order in the SAN, an empty subject and a good signature") {
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    auto names = names_of({"www.example.org", "example.org", "*.a.example.org"});
    std::string text = described(crypto::make_csr(key, names, false));
    CHECK_THAT(text, Catch::Contains("DNS:www.example.org, DNS:example.org, DNS:*.a.example.org"));
    CHECK_THAT(text, Catch::Contains("Version: 1 (0x0)"));
    CHECK_THAT(text, Catch::Contains("ecdsa-with-SHA256"));
    CHECK_THAT(text, !Catch::Contains("CN"));
    CHECK_THAT(text, !Catch::Contains("TLS Feature"));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a CSR has addresses as iPAddress") {
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    auto names = names_of({"a.org", "192.0.2.1", "2001:db8::1"});
    CHECK_THAT(described(crypto::make_csr(key, names, false)),
               Catch::Contains("DNS:a.org, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1"));
}

TEST_CASE("must-staple is the TLS feature status_request") {
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    std::string text = described(crypto::make_csr(key, names_of({"a.org"}), true));
    CHECK_THAT(text, Catch::Contains("TLS Feature"));
    CHECK_THAT(text, Catch::Contains("status_request"));
    CHECK_THAT(text, Catch::Contains("DNS:a.org"));
}

TEST_CASE("a CSR is signed with the digest that suits its key") {
    auto names = names_of({"a.org"});
    CHECK_THAT(described(crypto::make_csr(PrivateKey::generate(KeySpec::rsa()), names, false)),
               Catch::Contains("sha256WithRSAEncryption"));
    CHECK_THAT(
        described(crypto::make_csr(PrivateKey::generate(KeySpec::ec("p-384")), names, false)),
        Catch::Contains("ecdsa-with-SHA384"));
}

TEST_CASE("a CSR takes names of 253 characters, and hundreds of them") {
    std::string label(61, 'a');
    std::string longest = label + "." + label + "." + label + "." + label + ".org";
    std::vector<std::string> texts = {longest};
    for (int i = 0; i < 300; ++i)
        texts.push_back("host" + std::to_string(i) + ".example.org");
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    std::string text = described(crypto::make_csr(key, names_of(texts), false));
    CHECK_THAT(text, Catch::Contains("DNS:" + longest));
    CHECK_THAT(text, Catch::Contains("DNS:host299.example.org"));
}

TEST_CASE("a CSR carries the public key it was made for") {
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    base::Bytes der = crypto::make_csr(key, names_of({"a.org"}), false);
    const unsigned char* in = der.data();
    crypto::RequestOwner request(d2i_X509_REQ(nullptr, &in, static_cast<long>(der.size())));
    REQUIRE(request);
    CHECK(in == der.data() + der.size());
    CHECK(EVP_PKEY_eq(X509_REQ_get0_pubkey(request.get()), key.native()) == 1);
    CHECK(X509_NAME_entry_count(X509_REQ_get_subject_name(request.get())) == 0);
}
