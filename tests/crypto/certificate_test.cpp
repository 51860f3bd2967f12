// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.hpp"

#include "base/base64url.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "crypto/openssl_command.hpp"
#include "crypto/test_authority.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>

using namespace md;
using crypto::Certificate;
using crypto::PrivateKey;
using model::KeySpec;
using std::chrono::days;

namespace {

const crypto::sys_seconds now = base::parse_rfc3339("2026-11-23T18:00:00Z").value();

model::Identifier name_of(const std::string& text) {
    return model::Identifier::parse(text).value();
}

PrivateKey new_key() {
    return PrivateKey::generate(KeySpec::ec("p-256"));
}

struct CaSessions {
    test::TestAuthority root{"Test Root", now - days(10), now + days(3650)};
    test::TestAuthority intermediate{"Test Intermediate", root};

    Certificate leaf(const PrivateKey& key, const std::string& names) const {
        return intermediate.issue(key, {"leaf", names, now - days(1), now + days(89)});
    }
};

}  // namespace

TEST_CASE("a certificate tells its facts") {
    CaSessions authorities;
    PrivateKey key = new_key();
    Certificate leaf = authorities.leaf(
        key, "DNS:WWW.Example.org,DNS:example.org,DNS:-bad.org,IP:192.0.2.1,IP:2001:DB8::1");
    CHECK(leaf.not_before() == now - days(1));
    CHECK(leaf.not_after() == now + days(89));
    CHECK(leaf.names() ==
          std::vector<model::Identifier>{name_of("www.example.org"), name_of("example.org"),
                                         name_of("192.0.2.1"), name_of("2001:db8::1")});
    CHECK_FALSE(leaf.must_staple());
    CHECK(leaf.has_key(key));
    CHECK_FALSE(leaf.has_key(new_key()));
    CHECK_FALSE(leaf.has_key(PrivateKey::generate(KeySpec::rsa())));

    model::CertificateFacts facts = leaf.facts(KeySpec::ec("secp256r1"));
    CHECK(facts.key == KeySpec::ec("secp256r1"));
    CHECK(facts.names == leaf.names());
    CHECK(facts.lifetime() == days(90));
    CHECK(facts.issuer == "CN=Test Intermediate");
    CHECK(ERR_peek_error() == 0);

    test::OpensslCommand openssl;
    openssl.file("leaf.pem", leaf.to_pem());
    std::string shown = openssl("x509 -in leaf.pem -noout -serial -fingerprint -sha256").output;
    shown.erase(std::remove(shown.begin(), shown.end(), ':'), shown.end());
    std::transform(shown.begin(), shown.end(), shown.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    CHECK_THAT(shown, Catch::Contains("serial=" + facts.serial + "\n"));
    CHECK_THAT(shown, Catch::Contains("fingerprint=" + facts.fingerprint.text() + "\n"));
}

TEST_CASE("the bits of an RSA certificate are those found") {
    CaSessions authorities;
    PrivateKey key = PrivateKey::generate(KeySpec::rsa(3072));
    CHECK(authorities.leaf(key, "DNS:a.org").facts(KeySpec::rsa(2048)).key == KeySpec::rsa(3072));
}

TEST_CASE("a certificate without a SAN has no names") {
    CaSessions authorities;
    CHECK(authorities.leaf(new_key(), "").names().empty());
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a name with a NUL in it is not a name") {
    std::string hidden("a.org\0.evil.org", 15);
    crypto::X509Owner draft =
        test::detail::draft({"x", "", now, now + days(1)}, new_key().native());
    crypto::GeneralNamesOwner names(GENERAL_NAMES_new());
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    ASN1_STRING_set(value, hidden.data(), static_cast<int>(hidden.size()));
    GENERAL_NAME_set0_value(name, GEN_DNS, value);
    sk_GENERAL_NAME_push(names.get(), name);
    X509_add1_ext_i2d(draft.get(), NID_subject_alt_name, names.get(), 0, X509V3_ADD_APPEND);
    PrivateKey key = new_key();
    X509_sign(draft.get(), key.native(), EVP_sha256());
    Certificate certificate(std::shared_ptr<X509>(draft.release(), X509_free));
    CHECK(certificate.names().empty());
}

TEST_CASE("a certificate is signed by its issuer and nobody else") {
    CaSessions authorities;
    test::TestAuthority namesake("Test Intermediate", authorities.root);
    Certificate leaf = authorities.leaf(new_key(), "DNS:a.org");
    CHECK(leaf.is_signed_by(authorities.intermediate.certificate()));
    CHECK_FALSE(leaf.is_signed_by(authorities.root.certificate()));
    CHECK_FALSE(leaf.is_signed_by(namesake.certificate()));
    CHECK_FALSE(leaf.is_signed_by(leaf));
    CHECK(authorities.root.certificate().is_signed_by(authorities.root.certificate()));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a chain is read in its order, whatever stands around it") {
    CaSessions authorities;
    Certificate leaf = authorities.leaf(new_key(), "DNS:a.org");
    std::string pem = "subject: leaf\n" + leaf.to_pem() + "\nissuer\r\n" +
                      authorities.intermediate.certificate().to_pem() + "\nthe end";
    auto chain = crypto::parse_chain(pem);
    REQUIRE(chain.size() == 2);
    CHECK(chain[0].to_der() == leaf.to_der());
    CHECK(chain[1].to_der() == authorities.intermediate.certificate().to_der());
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("what is not a chain throws and leaves the error queue empty") {
    CaSessions authorities;
    std::string good = authorities.leaf(new_key(), "DNS:a.org").to_pem();
    std::string flipped = good;
    std::swap(flipped[30], flipped[31]);
    flipped[60] = flipped[60] == 'A' ? 'B' : 'A';
    std::string key(new_key().to_pem().reveal());
    for (const std::string& text :
         {std::string(), std::string("<html>not a certificate</html>"), std::string(5000, '\0'),
          key, good.substr(0, good.size() / 2), good + good.substr(0, 200),
          good + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
          good + "-----BEGIN CERTIFICATE-----\n*#!\n-----END CERTIFICATE-----\n"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(crypto::parse_chain(text), crypto::CryptoError);
        CHECK(ERR_peek_error() == 0);
    }
}

TEST_CASE("the tls-alpn-01 certificate is as RFC 8737 wants it") {
    PrivateKey key = new_key();
    Certificate made =
        crypto::make_tls_alpn_certificate(key, name_of("a.example.org"), "token.thumbprint", now);
    CHECK(made.names() == std::vector<model::Identifier>{name_of("a.example.org")});
    CHECK(crypto::make_tls_alpn_certificate(key, name_of("192.0.2.1"), "t.t", now).names() ==
          std::vector<model::Identifier>{name_of("192.0.2.1")});
    CHECK(made.has_key(key));
    CHECK(made.is_signed_by(made));
    CHECK(made.not_before() == now - days(1));
    CHECK(made.not_after() - made.not_before() == days(7));

    crypto::ObjectOwner oid(OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1));
    int at = X509_get_ext_by_OBJ(made.native(), oid.get(), -1);
    REQUIRE(at >= 0);
    X509_EXTENSION* extension = X509_get_ext(made.native(), at);
    CHECK(X509_EXTENSION_get_critical(extension) == 1);
    ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
    base::Bytes expected = {4, 32};
    auto digest = crypto::sha256(base::bytes_of("token.thumbprint"));
    expected.insert(expected.end(), digest.begin(), digest.end());
    CHECK(base::Bytes(ASN1_STRING_get0_data(value),
                      ASN1_STRING_get0_data(value) + ASN1_STRING_length(value)) == expected);
    CHECK(X509_get_ext_by_OBJ(made.native(), oid.get(), at) == -1);
    CHECK(X509_NAME_cmp(X509_get_subject_name(made.native()),
                        X509_get_issuer_name(made.native())) == 0);
}

TEST_CASE("the certificates we sign take names longer than a CN") {
    std::string label(61, 'a');
    auto longest = name_of(label + "." + label + "." + label + "." + label + ".org");
    PrivateKey key = new_key();
    CHECK(crypto::make_tls_alpn_certificate(key, longest, "t.t", now).names() ==
          std::vector<model::Identifier>{longest});
    CHECK(crypto::make_fallback_certificate(key, {longest}, now).names() ==
          std::vector<model::Identifier>{longest});
}

TEST_CASE("the fallback certificate is for servers, lasts 14 days and openssl accepts it") {
    for (const KeySpec& spec : {KeySpec::rsa(), KeySpec::ec("p-384")}) {
        PrivateKey key = PrivateKey::generate(spec);
        Certificate made =
            crypto::make_fallback_certificate(key, {name_of("a.org"), name_of("b.org")}, now);
        CHECK(made.not_after() == now + days(14));
        CHECK(made.not_before() <= now);
        CHECK(made.names().size() == 2);
        test::OpensslCommand openssl;
        openssl.file("it.pem", made.to_pem());
        std::string text = openssl("x509 -in it.pem -noout -text").output;
        CHECK_THAT(text, Catch::Contains("TLS Web Server Authentication"));
        CHECK_THAT(text, Catch::Contains("CA:FALSE"));
        auto verified = openssl("verify -partial_chain -attime " +
                                std::to_string(now.time_since_epoch().count()) +
                                " -trusted it.pem -verify_hostname b.org it.pem");
        CHECK(verified.output == "it.pem: OK\n");
    }
    CHECK(crypto::make_fallback_certificate(new_key(), {}, now).names().empty());
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("serial numbers are positive and never the same") {
    PrivateKey key = new_key();
    auto one = crypto::make_fallback_certificate(key, {}, now).facts(KeySpec::ec("p-256")).serial;
    auto two = crypto::make_fallback_certificate(key, {}, now).facts(KeySpec::ec("p-256")).serial;
    CHECK(one.size() == 32);
    CHECK(one != two);
    CHECK((one[0] >= '4' && one[0] <= '7'));
}
