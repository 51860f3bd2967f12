// SPDX-License-Identifier: Apache-2.0
#include "schedule/renewal.hpp"

#include "samples.hpp"
#include "support/catch.hpp"

#include <vector>

using namespace md::schedule;
using namespace md::schedule::samples;
using md::model::KeySpec;
using md::model::Window;

namespace {

// How long after notBefore a certificate of this lifetime is renewed.
seconds age_at_renewal(seconds lifetime, Window window) {
    return renew_at(certificate({"a.org"}, start, lifetime), window) - start;
}

}  // namespace

TEST_CASE("a renewal is due once the window of the lifetime is left") {
    struct Row {
        seconds lifetime;
        Window window;
        seconds age;
    };
    const std::vector<Row> table = {
        {90 * 24h, Window::percent(33), 5209920s},
        {90 * 24h, Window::duration(21 * 24h), 69 * 24h},
        {90 * 24h, Window::percent(10), 81 * 24h},
        {160h, Window::percent(33), 385920s},
        {30s, Window::percent(33), 21s},
        {60s, Window::duration(30s), 30s},
        {10 * 365 * 24h, Window::percent(50), 5 * 365 * 24h},
        {90 * 24h, Window::percent(0), 90 * 24h},
        {90 * 24h, Window::duration(0s), 90 * 24h},
        {90 * 24h, Window::duration(-5h), 90 * 24h},
    };
    for (const Row& row : table) {
        CAPTURE(row.lifetime.count(), row.window.text());
        CHECK(age_at_renewal(row.lifetime, row.window) == row.age);
    }
}

TEST_CASE("a window as long as the lifetime or longer renews at half of it") {
    CHECK(age_at_renewal(90 * 24h, Window::duration(90 * 24h)) == 45 * 24h);
    CHECK(age_at_renewal(6 * 24h, Window::duration(30 * 24h)) == 3 * 24h);
    CHECK(age_at_renewal(60s, Window::duration(21 * 24h)) == 30s);
    CHECK(age_at_renewal(60s, Window::duration(seconds::max())) == 30s);
}

// Boulder dates certificates back by an hour: with a window of "lifetime less an hour" each new
// certificate would have been due the moment it was issued.
TEST_CASE("no certificate is renewed in the first tenth of its lifetime") {
    CHECK(age_at_renewal(2160h, Window::duration(2159h)) == 216h);
    CHECK(age_at_renewal(90 * 24h, Window::percent(99)) == 9 * 24h);
    CHECK(age_at_renewal(90 * 24h, Window::percent(90)) == 9 * 24h);
    CHECK(age_at_renewal(90 * 24h, Window::percent(89)) == 855360s);
}

TEST_CASE("a certificate of no lifetime at all is renewed at its end") {
    CHECK(age_at_renewal(0s, Window::percent(33)) == 0s);
    CHECK(age_at_renewal(-5h, Window::percent(33)) == -5h);
    CHECK(age_at_renewal(-5h, Window::duration(10h)) == -5h);
}

TEST_CASE("renewal lies between notBefore and notAfter for every lifetime and window") {
    for (seconds lifetime = 10s; lifetime < 20 * 365 * 24h; lifetime = lifetime * 3 / 2) {
        for (int share = 0; share < 100; ++share) {
            seconds age = age_at_renewal(lifetime, Window::percent(share));
            CHECK((age > 0s && age <= lifetime));
        }
        for (seconds window = 1s; window < 10000h; window *= 3) {
            seconds age = age_at_renewal(lifetime, Window::duration(window));
            CHECK((age > 0s && age <= lifetime));
        }
    }
}

TEST_CASE("what satisfies, and what does not, in words") {
    const auto p256 = KeySpec::ec("p-256");
    const auto rsa = KeySpec::rsa();
    struct Row {
        const char* fact;
        std::vector<std::string> wanted, held;
        std::vector<KeySpec> keys, held_keys;
        std::optional<std::string> expected;
    };
    const std::vector<Row> table = {
        {"the same names", {"a.org", "b.org"}, {"a.org", "b.org"}, {rsa}, {rsa}, std::nullopt},
        {"another order", {"a.org", "b.org"}, {"b.org", "a.org"}, {rsa}, {rsa}, std::nullopt},
        {"a name removed", {"a.org"}, {"a.org", "b.org"}, {rsa}, {rsa}, std::nullopt},
        {"a name added", {"a.org", "b.org"}, {"a.org"}, {rsa}, {rsa}, "it does not cover b.org"},
        {"many names added",
         {"a.org", "b.org", "c.org", "d.org", "e.org", "f.org"},
         {"a.org"},
         {rsa},
         {rsa},
         "it does not cover b.org, c.org, d.org and 2 more"},
        {"a wildcard covers", {"a.org", "www.a.org"}, {"a.org", "*.a.org"}, {rsa}, {rsa}, {}},
        {"a wildcard is wanted",
         {"*.a.org"},
         {"www.a.org"},
         {rsa},
         {rsa},
         "it does not cover *.a.org"},
        {"a wildcard covers one label only",
         {"x.www.a.org"},
         {"*.a.org"},
         {rsa},
         {rsa},
         "it does not cover x.www.a.org"},
        {"RSA of another size", {"a.org"}, {"a.org"}, {KeySpec::rsa(4096)}, {rsa}, std::nullopt},
        {"a key type added",
         {"a.org"},
         {"a.org"},
         {rsa, p256},
         {rsa},
         "the p-256 certificate is missing"},
        {"a key type removed", {"a.org"}, {"a.org"}, {p256}, {rsa, p256}, std::nullopt},
        {"a key type replaced",
         {"a.org"},
         {"a.org"},
         {rsa},
         {p256},
         "the RSA certificate is missing"},
        {"a curve respelled",
         {"a.org"},
         {"a.org"},
         {KeySpec::ec("secp256r1")},
         {p256},
         "the secp256r1 certificate is missing (the same curve is held as p-256, in a file of that "
         "name)"},
        {"nothing held", {"a.org"}, {}, {rsa}, {}, "the RSA certificate is missing"},
    };
    for (const Row& row : table) {
        CAPTURE(row.fact);
        auto wanted = domain(row.wanted);
        wanted.settings.edit().keys = row.keys;
        md::model::ObservedDomain held;
        for (const KeySpec& key : row.held_keys)
            held.certificates.push_back(certificate(row.held, start, 90 * 24h, key));
        CHECK(reason_incomplete(wanted, held) == row.expected);
    }
}

TEST_CASE("a difference in must-staple does not satisfy") {
    auto wanted = domain({"a.org"});
    auto held = holding({certificate({"a.org"}, start, 90 * 24h)});
    wanted.settings.edit().must_staple = true;
    CHECK(reason_incomplete(wanted, held) == "must-staple is on, the certificate has it off");
    held.certificates[0].must_staple = true;
    CHECK(reason_incomplete(wanted, held) == std::nullopt);
    wanted.settings.edit().must_staple = false;
    CHECK(reason_incomplete(wanted, held) == "must-staple is off, the certificate has it on");
}

TEST_CASE("each key's certificate is looked at") {
    auto wanted = domain({"a.org", "b.org"});
    wanted.settings.edit().keys = {KeySpec::rsa(), KeySpec::ec("p-384")};
    auto held = holding({certificate({"a.org", "b.org"}, start, 90 * 24h),
                         certificate({"a.org"}, start, 90 * 24h, KeySpec::ec("p-384"))});
    CHECK(reason_incomplete(wanted, held) == "it does not cover b.org");
}

TEST_CASE("damage is told where a certificate is missing, and counts nowhere else") {
    auto wanted = domain({"a.org"});
    auto held = holding({});
    held.damage = "privkey.pem could not be read";
    CHECK(reason_incomplete(wanted, held) ==
          "the RSA certificate is missing (privkey.pem could not be read)");
    held.certificates.push_back(certificate({"a.org"}, start, 90 * 24h));
    CHECK(reason_incomplete(wanted, held) == std::nullopt);
}

TEST_CASE("an expired certificate still satisfies what is asked") {
    auto held = holding({certificate({"a.org"}, start - 1000 * 24h, 90 * 24h)});
    CHECK(reason_incomplete(domain({"a.org"}), held) == std::nullopt);
}

TEST_CASE("the validity of an MD ends with the first of the certificates it asks for") {
    auto wanted = domain({"a.org"});
    auto held = holding({certificate({"a.org"}, start, 90 * 24h),
                         certificate({"a.org"}, start, 80 * 24h, KeySpec::ec("p-256")),
                         certificate({"a.org"}, start, 10 * 24h, KeySpec::ec("p-384"))});
    wanted.settings.edit().keys = {KeySpec::rsa(), KeySpec::ec("p-256")};
    CHECK(valid_until(wanted, held) == start + 80 * 24h);
    CHECK(deadline(wanted, held) == start + 72 * 24h);  // a tenth before it
    wanted.settings.edit().keys.push_back(KeySpec::ec("p-521"));
    CHECK(valid_until(wanted, held) == std::nullopt);
    CHECK(deadline(wanted, held) == std::nullopt);
    CHECK(valid_until(wanted, holding({})) == std::nullopt);
}
