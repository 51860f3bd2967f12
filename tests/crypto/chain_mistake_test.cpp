// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"
#include "crypto/test_authority.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>

using namespace md;
using Catch::Contains;
using crypto::Certificate;
using crypto::PrivateKey;
using std::chrono::days;
using std::chrono::seconds;

namespace {

const crypto::sys_seconds now = base::parse_rfc3339("2026-11-23T18:00:00Z").value();

struct World {
    test::TestAuthority root{"Test Root", now - days(10), now + days(3650)};
    test::TestAuthority intermediate{"Test Intermediate", root};
    PrivateKey key = PrivateKey::generate(model::KeySpec::ec("p-256"));
    std::vector<std::string> ordered = {"a.org", "b.org"};
    bool ordered_staple = false;
    test::Wish wish{"leaf", "DNS:a.org,DNS:b.org", now - days(1), now + days(89)};

    Certificate leaf() const { return intermediate.issue(key, wish); }
    std::vector<Certificate> chain() const { return {leaf(), intermediate.certificate()}; }

    std::string mistake(const std::vector<Certificate>& chain) const {
        std::vector<model::Identifier> names;
        for (const std::string& text : ordered)
            names.push_back(model::Identifier::parse(text).value());
        auto found = crypto::chain_mistake(chain, {key, names, ordered_staple}, now);
        CHECK(ERR_peek_error() == 0);
        return found.value_or("");
    }
    std::string mistake() const { return mistake(chain()); }
};

}  // namespace

TEST_CASE("a right chain has no mistake, with and without its root") {
    World world;
    CHECK(world.mistake() == "");
    auto whole = world.chain();
    whole.push_back(world.root.certificate());
    CHECK(world.mistake(whole) == "");
}

TEST_CASE("a chain of one is whole where the CA's root signs directly") {
    World world;
    CHECK(world.mistake({world.leaf()}) == "");
}

TEST_CASE("the order of the names and their case do not matter") {
    World world;
    world.wish.subject_alt_name = "DNS:B.org,DNS:A.ORG";
    CHECK(world.mistake() == "");
}

TEST_CASE("an empty chain is a mistake") {
    CHECK(World().mistake({}) == "the chain is empty");
}

TEST_CASE("a certificate for another key is a mistake") {
    World world;
    auto chain = world.chain();
    world.key = PrivateKey::generate(model::KeySpec::ec("p-256"));
    CHECK(world.mistake(chain) == "the certificate is for another key than the one of the request");
}

TEST_CASE("a chain in the wrong order is a mistake that says where our certificate is") {
    World world;
    std::vector<Certificate> reversed = {world.intermediate.certificate(), world.leaf()};
    CHECK(world.mistake(reversed) ==
          "the chain is in the wrong order: our certificate is number 2 of 2 and has to be the "
          "first");
}

TEST_CASE("fewer names than ordered are a mistake that tells both") {
    World world;
    for (const char* names : {"DNS:a.org", "DNS:a.org,DNS:c.org", "DNS:*.a.org,DNS:b.org"}) {
        world.wish.subject_alt_name = names;
        CHECK_THAT(world.mistake(), Contains("the certificate is for ") &&
                                        Contains(", but a.org, b.org was ordered"));
    }
    world.wish.subject_alt_name = "";
    CHECK_THAT(world.mistake(), Contains("no name at all"));
}

TEST_CASE("more names than ordered are no mistake, and are told") {
    World world;
    const std::vector<model::Identifier> ordered = {model::Identifier::parse("a.org").value(),
                                                    model::Identifier::parse("b.org").value()};
    const auto more = [&](const std::string& names) {
        world.wish.subject_alt_name = "DNS:a.org,DNS:b.org" + names;
        CHECK(world.mistake() == "");
        return crypto::names_not_ordered(world.leaf(), ordered);
    };
    CHECK(more("") == "");
    CHECK(more(",DNS:www.a.org,DNS:c.org") == "c.org, www.a.org");
    CHECK(more(",IP:192.0.2.1") == "192.0.2.1");
    CHECK(more(",email:root@a.org") == "1 of another kind");
    CHECK(more(",DNS:c.org,DNS:-bad.org,email:root@a.org") == "c.org, 2 of another kind");
}

TEST_CASE("an expired certificate is a mistake, one not yet valid is not") {
    World world;
    world.wish.until = now;
    CHECK(world.mistake() == "the certificate expired at 2026-11-23 18:00:00 UTC");
    world.wish.until = now + seconds(1);
    CHECK(world.mistake() == "");
    world.wish.from = now + days(1);
    world.wish.until = now + days(2);
    CHECK(world.mistake() == "");
}

TEST_CASE("a CA's own certificate that has expired is a mistake, too") {
    World world;
    test::TestAuthority old("Test Intermediate", {"Old", now - days(20), now - days(1)});
    CHECK(world.mistake({old.issue(world.key, world.wish), old.certificate()}) ==
          "certificate 2 of the chain, of the CA, expired at 2026-11-22 18:00:00 UTC");
}

TEST_CASE("must-staple has to be as asked for") {
    World world;
    world.wish.must_staple = true;
    CHECK(world.mistake() ==
          "the certificate has the must-staple feature, which was not asked for");
    world.ordered_staple = true;
    CHECK(world.mistake() == "");
    world.wish.must_staple = false;
    CHECK(world.mistake() == "the certificate lacks the must-staple feature that was asked for");
}

TEST_CASE("a link that is missing or foreign is a mistake") {
    World world;
    CHECK(world.mistake({world.leaf(), world.root.certificate()}) ==
          "the chain is broken: certificate 1 of 2 is not signed by the next one");
    test::TestAuthority namesake("Test Intermediate", world.root);
    CHECK_THAT(world.mistake({world.leaf(), namesake.certificate()}),
               Contains("certificate 1 of 2"));
    CHECK_THAT(world.mistake({world.leaf(), world.intermediate.certificate(),
                              world.intermediate.certificate()}),
               Contains("certificate 2 of 3"));
}
