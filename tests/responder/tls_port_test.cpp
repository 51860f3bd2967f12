// SPDX-License-Identifier: Apache-2.0
// The TLS port as validators, browsers and strangers meet it: which certificate, which alert.
#include "base/receipt.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/private_key.hpp"
#include "responding.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

using namespace md::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using md::crypto::Certificate;
using md::crypto::PrivateKey;
using md::model::Identifier;
using md::model::KeySpec;
using md::model::RequireHttps;
using md::responder::Sites;
using md::server::Credentials;

namespace {

const std::string key_authorization = "token-1.thumbprint";

PrivateKey a_key(const KeySpec& spec = KeySpec::ec("p-256")) {
    return PrivateKey::generate(spec);
}

Credentials credentials_of(const std::string& name, const KeySpec& spec = KeySpec::ec("p-256")) {
    auto key = a_key(spec);
    auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return {{md::crypto::make_fallback_certificate(key, {*Identifier::parse(name)}, now)}, key};
}

struct Secured : Responding {
    explicit Secured(md::server::Limits limits = {}) : Responding(limits) {
        on_loop([this] {
            board.publish_tls("prepared.example", {key_authorization, seen});
            set_sites(true);
            responder.set_credentials([this](const std::string& name) {
                ++asked;
                if (name == "broken.example")
                    throw std::runtime_error("unreadable");
                std::vector<Credentials> all{own};
                all.insert(all.end(), others.begin(), others.end());
                return all;
            });
        });
    }
    void set_sites(bool has_certificate) {
        Sites sites;
        sites.add("own.example", {has_certificate, RequireHttps::permanent});
        sites.add("broken.example", {true, RequireHttps::off});
        sites.add("new.example", {false, RequireHttps::off});
        sites.add("*.wild.example", {true, RequireHttps::off});
        responder.set_sites(std::move(sites));
    }
    Credentials own = credentials_of("own.example");
    std::vector<Credentials> others;  // of the same names, with other types of key
    std::shared_ptr<md::base::Receipt> seen = std::make_shared<md::base::Receipt>();
    std::atomic<int> asked = 0;
};

// A TLS client over a visitor's socket.
class TlsVisitor {
public:
    TlsVisitor(std::uint16_t port, const std::string& name,
               const std::vector<std::string>& protocols, int version = 0,
               const char* signature_algorithms = nullptr, const char* ciphers = nullptr)
        : visitor_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        SSL_CTX_set_max_proto_version(context_.get(), version);
        SSL_CTX_set_min_proto_version(context_.get(), version);
        SSL_CTX_set_security_level(context_.get(), 0);
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), visitor_.descriptor());
        if (signature_algorithms != nullptr)
            SSL_set1_sigalgs_list(ssl_.get(), signature_algorithms);
        if (ciphers != nullptr)
            SSL_set_cipher_list(ssl_.get(), ciphers);
        if (!name.empty())
            SSL_set_tlsext_host_name(ssl_.get(), name.c_str());
        std::string list;
        for (const auto& protocol : protocols)
            list += static_cast<char>(protocol.size()) + protocol;
        SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()));
        ERR_clear_error();
        connected_ = SSL_connect(ssl_.get()) == 1;
        if (!connected_)
            alert_ = ERR_GET_REASON(ERR_peek_last_error()) - SSL_AD_REASON_OFFSET;
    }

    bool connected() const { return connected_; }
    int alert() const { return alert_; }
    std::string protocol() const {
        const unsigned char* data = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &data, &size);
        return {reinterpret_cast<const char*>(data), size};
    }
    Certificate certificate() const {
        return Certificate(std::shared_ptr<X509>(SSL_get1_peer_certificate(ssl_.get()), X509_free));
    }
    KeySpec key() const {
        const EVP_PKEY* key = X509_get0_pubkey(certificate().native());
        if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
            return KeySpec::rsa(static_cast<unsigned>(EVP_PKEY_get_bits(key)));
        return KeySpec::ec(EVP_PKEY_get_bits(key) == 256 ? "p-256" : "p-384");
    }
    std::string names() const {
        std::string result;
        for (const auto& name : certificate().names())
            result += name.text();
        return result;
    }
    // SSL_get_error of a read: SSL_ERROR_ZERO_RETURN is a proper farewell.
    int farewell() {
        char octet;
        return SSL_get_error(ssl_.get(), SSL_read(ssl_.get(), &octet, 1));
    }
    std::string ask(const std::string& request) {
        SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size()));
        char buffer[4096];
        int count = SSL_read(ssl_.get(), buffer, sizeof buffer);
        return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : "";
    }

private:
    Visitor visitor_;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
    std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
    bool connected_ = false;
    int alert_ = 0;
};

// The value of the critical acmeIdentifier extension; "" when there is none.
std::string acme_identifier(const Certificate& certificate) {
    std::unique_ptr<ASN1_OBJECT, void (*)(ASN1_OBJECT*)> id(OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1),
                                                            ASN1_OBJECT_free);
    int index = X509_get_ext_by_OBJ(certificate.native(), id.get(), -1);
    if (index < 0)
        return "";
    X509_EXTENSION* extension = X509_get_ext(certificate.native(), index);
    CHECK(X509_EXTENSION_get_critical(extension) == 1);
    ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
            static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string shell(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string out;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
        out += static_cast<char>(c);
    return out;
}

}  // namespace

TEST_CASE("a validator sees the RFC 8737 certificate, and the connection then ends") {
    auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    Secured served;
    TlsVisitor visitor(served.https(), "Prepared.EXAMPLE", {"acme-tls/1"}, version);
    REQUIRE(visitor.connected());
    CHECK(visitor.protocol() == "acme-tls/1");
    CHECK(visitor.names() == "prepared.example");
    auto digest = md::crypto::sha256(md::base::bytes_of(key_authorization));
    CHECK(acme_identifier(visitor.certificate()) ==
          "\x04\x20"s + std::string(md::base::text_of(digest)));
    CHECK(visitor.farewell() == SSL_ERROR_ZERO_RETURN);
    served.on_loop([] {});
    CHECK(served.seen->count() == 1);
    CHECK(served.asked == 0);
}

TEST_CASE("openssl s_client sees it too, over IPv6") {
    Secured served;
    std::string got = shell("openssl s_client -connect '[::1]:" + std::to_string(served.https()) +
                            "' -servername prepared.example -alpn acme-tls/1 </dev/null "
                            "2>/dev/null | openssl x509 -noout -text");
    CHECK(got.find("DNS:prepared.example") != std::string::npos);
    CHECK(got.find("1.3.6.1.5.5.7.1.31: critical") != std::string::npos);
}

TEST_CASE("nobody else sees the RFC 8737 certificate") {
    Secured served;
    for (const std::vector<std::string>& protocols : {std::vector<std::string>{},
                                                      {"http/1.1"},
                                                      {"h2", "http/1.1"},
                                                      {"acme-tls/12", "http/1.1"}}) {
        TlsVisitor visitor(served.https(), "prepared.example", protocols);
        REQUIRE(visitor.connected());
        CHECK(acme_identifier(visitor.certificate()).empty());
    }
    served.on_loop([] {});
    CHECK(served.seen->count() == 0);
}

TEST_CASE("a validator for whom nothing is prepared gets the alert and no certificate") {
    Secured served;
    for (std::string name : {"own.example", "unknown.example", ""}) {
        CAPTURE(name);
        TlsVisitor visitor(served.https(), name, {"acme-tls/1"});
        CHECK_FALSE(visitor.connected());
        CHECK(visitor.alert() == SSL_AD_NO_APPLICATION_PROTOCOL);
    }
    CHECK(served.asked == 0);
    CHECK(served.seen->count() == 0);
}

TEST_CASE("a withdrawn name is no longer proved") {
    Secured served;
    served.on_loop([&] {
        auto handle = served.board.publish_tls("short.example", {key_authorization, {}});
        served.board.remove(handle);
    });
    TlsVisitor visitor(served.https(), "short.example", {"acme-tls/1"});
    CHECK_FALSE(visitor.connected());
}

TEST_CASE("of an MD's certificates a client is shown one that it can verify") {
    Secured served;
    served.on_loop([&] {
        served.others = {credentials_of("own.example", KeySpec::ec("p-384")),
                         credentials_of("own.example", KeySpec::rsa())};
    });
    struct Row {
        const char* algorithms;
        int version;
        const char* ciphers;
        KeySpec shown;
    };
    const auto p256 = KeySpec::ec("p-256"), p384 = KeySpec::ec("p-384"), rsa = KeySpec::rsa();
    const Row rows[] = {
        {nullptr, 0, nullptr, p256},
        {"RSA-PSS+SHA256:RSA+SHA256", 0, nullptr, rsa},
        {"ECDSA+SHA384", TLS1_3_VERSION, nullptr, p384},
        {"ECDSA+SHA384:ECDSA+SHA256", TLS1_3_VERSION, nullptr, p384},
        {"ECDSA+SHA256:ECDSA+SHA384", TLS1_3_VERSION, nullptr, p256},
        {"ECDSA+SHA256:RSA-PSS+SHA256", TLS1_3_VERSION, nullptr, p256},
        {"ECDSA+SHA256:RSA+SHA256", TLS1_2_VERSION, nullptr, p256},
        {"RSA+SHA256", TLS1_2_VERSION, nullptr, rsa},
        {"ECDSA+SHA256:RSA+SHA256", TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", rsa},
        {"ECDSA+SHA256:RSA+SHA256", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", p256},
    };
    for (const Row& row : rows) {
        INFO((row.algorithms == nullptr ? "all" : row.algorithms) << " " << row.version);
        TlsVisitor visitor(served.https(), "own.example", {}, row.version, row.algorithms,
                           row.ciphers);
        REQUIRE(visitor.connected());
        CHECK(visitor.key() == row.shown);
    }
}

TEST_CASE("a managed name has its own certificate, asked for once until something changes") {
    Secured served;
    for (int i = 0; i < 3; ++i) {
        TlsVisitor visitor(served.https(), "OWN.example", {"h2", "http/1.1"});
        REQUIRE(visitor.connected());
        CHECK(visitor.protocol() == "http/1.1");
        CHECK(visitor.certificate().to_der() == served.own.chain.front().to_der());
    }
    CHECK(served.asked == 1);
    served.on_loop([&] { served.set_sites(true); });
    Credentials renewed = credentials_of("own.example");
    served.on_loop([&] { served.own = renewed; });
    TlsVisitor visitor(served.https(), "own.example", {});
    REQUIRE(visitor.connected());
    CHECK(visitor.certificate().to_der() == renewed.chain.front().to_der());
    CHECK(served.asked == 2);
    served.on_loop([&] { served.responder.set_credentials({}); });
    TlsVisitor without(served.https(), "own.example", {});
    CHECK(without.certificate().to_der() != renewed.chain.front().to_der());
}

TEST_CASE("over TLS there is 404 with HSTS for a permanent name") {
    Secured served;
    TlsVisitor visitor(served.https(), "own.example", {"http/1.1"});
    std::string got = visitor.ask(get("/", "own.example"));
    CHECK(status_of(got) == "404");
    CHECK(got.find("\r\nStrict-Transport-Security: max-age=15768000\r\n") != std::string::npos);
    CHECK(status_of(visitor.ask(get("/", "unknown.example"))) == "404");
}

TEST_CASE("a name without a certificate gets 503 behind a fallback for itself") {
    Secured served;
    TlsVisitor visitor(served.https(), "new.example", {"http/1.1"});
    REQUIRE(visitor.connected());
    CHECK(visitor.names() == "new.example");
    std::string got = visitor.ask(get("/", "new.example"));
    CHECK(status_of(got) == "503");
    CHECK(got.find("\r\nRetry-After: ") != std::string::npos);
    CHECK(served.asked == 0);
}

TEST_CASE("a stranger's name, no name and a broken one get a fallback that names none of them") {
    Secured served;
    for (std::string name :
         {"stranger.example", "", "a_b.example", "own.example.stranger.example"}) {
        CAPTURE(name);
        TlsVisitor visitor(served.https(), name, {});
        REQUIRE(visitor.connected());
        CHECK(visitor.names() == "fallback.invalid");
    }
    CHECK(served.asked == 0);
}

TEST_CASE("credentials that cannot be had, or do not fit, are replaced by a fallback") {
    Secured served;
    TlsVisitor broken(served.https(), "broken.example", {});
    REQUIRE(broken.connected());
    CHECK(broken.names() == "broken.example");
    served.on_loop([&] { served.own.key = a_key(); });
    TlsVisitor mixed(served.https(), "own.example", {});
    REQUIRE(mixed.connected());
    CHECK(mixed.certificate().to_der() != served.own.chain.front().to_der());
    served.on_loop([&] {
        served.own.chain.clear();
        served.responder.set_credentials(
            [&](const std::string&) { return std::vector<Credentials>{served.own}; });
    });
    CHECK(TlsVisitor(served.https(), "own.example", {}).connected());
}

TEST_CASE("a whole chain is sent, leaf first") {
    Secured served;
    served.on_loop([&] { served.own.chain.push_back(credentials_of("issuer.example").chain[0]); });
    std::string got =
        shell("openssl s_client -showcerts -servername own.example -connect 127.0.0.1:" +
              std::to_string(served.https()) + " </dev/null 2>/dev/null");
    CHECK(got.find("\n 0 s:") != std::string::npos);
    CHECK(got.find("\n 1 s:") != std::string::npos);
}

TEST_CASE("more names than are kept are served all the same") {
    Secured served;
    for (int i = 0; i < 100; ++i)
        REQUIRE(
            TlsVisitor(served.https(), "n" + std::to_string(i) + ".wild.example", {}).connected());
    CHECK(served.asked == 100);
}

TEST_CASE("TLS below 1.2 and protocols nobody here speaks are refused") {
    Secured served;
    CHECK_FALSE(TlsVisitor(served.https(), "own.example", {}, TLS1_1_VERSION).connected());
    TlsVisitor visitor(served.https(), "own.example", {"h2"});
    CHECK_FALSE(visitor.connected());
    CHECK(visitor.alert() == SSL_AD_NO_APPLICATION_PROTOCOL);
}

TEST_CASE("curl sees the 503 through the fallback certificate") {
    Secured served;
    std::string got = shell(
        "curl -sSk -m 20 --connect-to new.example:443:127.0.0.1:" + std::to_string(served.https()) +
        " -o /dev/null -w '%{http_code}' https://new.example/ 2>&1");
    CHECK(got == "503");
}

TEST_CASE("what is no ClientHello is closed") {
    Secured served;
    auto octets = GENERATE(values<std::string>({
        get("/"),
        std::string(20000, '\0'),
        "\x16\x03\x01\xff\xff\x01"s,
        "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"s,
        "\x15\x03\x03\x00\x02\x02\x28"s,
        "\x80\x2e\x01\x00\x02"s,
        "\x16",
        "",
    }));
    CAPTURE(octets.substr(0, 8));
    std::string got = say(served.https(), octets);
    CHECK((got.empty() || got.front() == '\x15'));  // nothing, or an alert
    CHECK(TlsVisitor(served.https(), "own.example", {}).connected());
}

TEST_CASE("a ClientHello may come octet by octet") {
    Secured served;
    std::string hello = client_hello("prepared.example", "acme-tls/1");
    Visitor visitor(served.https());
    for (char octet : hello)
        visitor.send({&octet, 1});
    visitor.finish_sending();
    CHECK(visitor.rest().starts_with("\x16\x03\x03"));
}

TEST_CASE("a ClientHello that is cut, bent or stretched anywhere does no harm") {
    Secured served;
    std::string hello = client_hello("prepared.example", "acme-tls/1");
    for (std::size_t i = 0; i < hello.size(); i += 7) {
        say(served.https(), hello.substr(0, i));
        std::string bent = hello;
        bent[i] = static_cast<char>(~bent[i]);
        say(served.https(), bent);
    }
    CHECK(TlsVisitor(served.https(), "prepared.example", {"acme-tls/1"}).connected());
}

TEST_CASE("a validation that breaks off in its handshake was not seen") {
    Secured served;
    say(served.https(), client_hello("prepared.example", "acme-tls/1"));
    served.on_loop([] {});
    CHECK(served.seen->count() == 0);
}

TEST_CASE("a TLS connection that says nothing after its handshake is given up") {
    md::server::Limits limits;
    limits.request_time = 200ms;
    Secured served(limits);
    TlsVisitor visitor(served.https(), "own.example", {"http/1.1"});
    REQUIRE(visitor.connected());
    CHECK(visitor.farewell() != SSL_ERROR_WANT_READ);
}
