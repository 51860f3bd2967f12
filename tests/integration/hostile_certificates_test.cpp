// SPDX-License-Identifier: Apache-2.0
// What a CA may hand out in place of the certificate that was ordered: nothing of it goes live.
#include "crypto/csr.hpp"
#include "hostile_site.hpp"
#include "plays.hpp"
#include "support/catch.hpp"
#include "support/test_issuer.hpp"

#include <memory>

using namespace md;
using namespace md::test;
using namespace std::chrono_literals;

namespace {

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

constexpr const char* end_of_certificate = "-----END CERTIFICATE-----\n";

std::pair<std::string, std::string> leaf_and_rest(const std::string& chain) {
    const std::size_t end = chain.find(end_of_certificate) + std::string(end_of_certificate).size();
    return {chain.substr(0, end), chain.substr(end)};
}

Play chain(std::function<std::string(const std::string& leaf, const std::string& rest)> made) {
    return {.change = [made](Reply& answer) {
        const auto [leaf, rest] = leaf_and_rest(answer.body);
        answer.body = made(leaf, rest);
    }};
}

// An issuer that signs what it likes, for the key of the CSR that was seen last.
struct Forger {
    TestIssuer issuer;
    base::Bytes csr;

    std::string issue(sys_seconds from, sys_seconds until, const std::string& names = {}) const {
        return issuer.issue(csr, from, until, names);
    }
    std::string for_another_key() const {
        const auto key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
        const auto request = crypto::make_csr(key, {*model::Identifier::parse("row.test")}, false);
        return issuer.issue(request, now - 1h, now + 24h);
    }
};

std::vector<Row> certificates(const std::shared_ptr<Forger>& forger) {
    const auto at = Resource::certificate;
    const auto forged = [&](auto made) {
        return Play{.change = [forger, made](Reply& answer) { answer.body = made(*forger); }};
    };
    const Expected refused_by_us = budget("the CA's certificate is refused");
    return {
        {"for another key", at, forged([](const Forger& one) { return one.for_another_key(); }),
         budget("another key")},
        {"for other names", at, forged([](const Forger& one) {
             return one.issue(now - 1h, now + 24h, "DNS:evil.test,DNS:other.test");
         }),
         budget("the certificate is for evil.test, other.test")},
        {"for other names of another kind", at, forged([](const Forger& one) {
             return one.issue(now - 1h, now + 24h, "DNS:evil.test,IP:127.0.0.1");
         }),
         budget("the certificate is for evil.test")},
        {"expired", at, forged([](const Forger& one) { return one.issue(now - 48h, now - 24h); }),
         budget("expired")},
        {"not valid before tomorrow", at,
         forged([](const Forger& one) { return one.issue(now + 24h, now + 48h); }),
         passing("valid from").after(1h, 76min)},
        {"in the wrong order", at,
         chain([](const std::string& leaf, const std::string& rest) { return rest + leaf; }),
         recovered()},
        {"twice", at,
         chain([](const std::string& leaf, const std::string& rest) { return leaf + leaf + rest; }),
         recovered()},
        {"with one too many at the end", at,
         chain([forger](const std::string& leaf, const std::string& rest) {
             return leaf + rest + forger->for_another_key();
         }),
         recovered()},
        {"without what signed it, beside another", at,
         chain([forger](const std::string& leaf, const std::string&) {
             return leaf + forger->for_another_key();
         }),
         budget("chain is broken")},
        {"with the issuer of another", at,
         chain([forger](const std::string& leaf, const std::string&) {
             return leaf + leaf_and_rest(forger->for_another_key()).second;
         }),
         budget("chain is broken")},
        {"with a hundred thousand lines around it", at,
         chain([](const std::string& leaf, const std::string& rest) {
             std::string lines;
             for (int i = 0; i < 100'000; ++i)
                 lines += "#\n";
             return lines + leaf + lines + rest;
         }),
         recovered()},
        {"empty", at, says(""), refused_by_us},
        {"HTML with status 200", at, says("<html><h1>Welcome</h1></html>"), refused_by_us},
        {"cut in half",
         at,
         {.change = [](Reply& answer) { answer.body.resize(answer.body.size() / 3); }},
         refused_by_us},
        {"no base64", at, says("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
         refused_by_us},
        {"no DER", at, says("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
         refused_by_us},
        {"a private key",
         at,
         {.change =
              [](Reply& answer) {
                  answer.body =
                      crypto::PrivateKey::generate(model::KeySpec::ec("p-256")).to_pem().reveal();
              }},
         refused_by_us},
        {"gone", at, refused(404, "malformed"), budget("malformed")},
        {"a defect", at, refused(500, "serverInternal"), passing("serverInternal")},
    };
}

}  // namespace

TEST_CASE("a certificate that is not the one ordered never goes live", "[slow]") {
    HostileSite bench;
    const auto forger = std::make_shared<Forger>();
    for (const Row& row : certificates(forger)) {
        bench.shim.play(Resource::finalize, {.before = [forger](const std::string& request) {
                            forger->csr = csr_in(request);
                        }});
        bench.try_row(row);
    }
    bench.finish();
}
