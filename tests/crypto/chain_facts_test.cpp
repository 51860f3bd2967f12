// SPDX-License-Identifier: Apache-2.0
// What a file says beyond its first certificate.
#include "base/time_text.hpp"
#include "crypto/test_authority.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>

using namespace md;
using crypto::Certificate;
using crypto::PrivateKey;
using std::chrono::days;

namespace {

const crypto::sys_seconds now = base::parse_rfc3339("2026-11-23T18:00:00Z").value();

struct World {
    test::TestAuthority root{"Test Root", now - days(10), now + days(3650)};
    test::TestAuthority intermediate{"Test Intermediate", root};
    test::TestAuthority other_root{"Other Root", now - days(10), now + days(20)};
    test::TestAuthority other{"Other Intermediate", other_root};
    test::TestAuthority other_of_same_name{"Test Intermediate", other_root};
    PrivateKey key = PrivateKey::generate(model::KeySpec::ec("p-256"));
    Certificate leaf =
        intermediate.issue(key, {"leaf", "DNS:a.org", now - days(1), now + days(89)});

    model::ChainFacts facts(const std::vector<Certificate>& chain) const {
        auto facts = crypto::facts_of(chain, model::KeySpec::ec("p-256"));
        CHECK(facts.not_after == chain.front().not_after());
        CHECK(ERR_peek_error() == 0);
        return *facts.chain;
    }
};

}  // namespace

TEST_CASE("a whole chain has no flaw, and ends with the first of its issuing certificates") {
    World world;
    CHECK(world.facts({world.leaf, world.intermediate.certificate()}) ==
          model::ChainFacts{2, 2, now + days(3650), ""});
    // A root is trusted or not, whatever its dates say, and need not be sent.
    CHECK(world.facts({world.leaf, world.intermediate.certificate(), world.root.certificate()}) ==
          model::ChainFacts{3, 2, now + days(3650), ""});
    CHECK(world.facts({world.leaf}) == model::ChainFacts{1, 1, std::nullopt, ""});
    CHECK(world.facts({world.root.certificate()}) == model::ChainFacts{1, 0, std::nullopt, ""});
}

TEST_CASE("a certificate that is not by the next one is the flaw of its file") {
    World world;
    const std::string first = "certificate 1 of 2 in its file is not by the next one";
    CHECK(world.facts({world.leaf, world.other.certificate()}).flaw == first);
    CHECK(world.facts({world.leaf, world.other_of_same_name.certificate()}).flaw == first);
    CHECK(world.facts({world.leaf, world.root.certificate()}).flaw == first);
    CHECK(world.facts({world.leaf, world.leaf}).flaw == first);
    const auto mixed =
        world.facts({world.leaf, world.intermediate.certificate(), world.other.certificate()});
    CHECK(mixed.flaw == "certificate 2 of 3 in its file is not by the next one");
    CHECK(*mixed.not_after == now + days(20));
}
