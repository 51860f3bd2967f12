// SPDX-License-Identifier: Apache-2.0
#include "crypto/chain_order.hpp"

#include "base/time_text.hpp"
#include "crypto/test_authority.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace md;
using crypto::Certificate;
using crypto::PrivateKey;
using std::chrono::days;

namespace {

const crypto::sys_seconds now = base::parse_rfc3339("2026-11-23T18:00:00Z").value();

struct World {
    test::TestAuthority root{"Test Root", now - days(10), now + days(3650)};
    test::TestAuthority above{"Test Above", root};
    test::TestAuthority intermediate{"Test Intermediate", above};
    test::TestAuthority foreign{"Foreign Root", now - days(10), now + days(3650)};
    PrivateKey key = PrivateKey::generate(model::KeySpec::ec("p-256"));
    Certificate leaf =
        intermediate.issue(key, {"leaf", "DNS:a.org", now - days(1), now + days(89), false, false});
    std::vector<Certificate> whole = {leaf, intermediate.certificate(), above.certificate(),
                                      root.certificate()};

    crypto::OrderedChain order(const std::vector<Certificate>& sent) const {
        return crypto::order_chain(sent, key, now);
    }
};

bool same(const std::vector<Certificate>& one, const std::vector<Certificate>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const auto& a, const auto& b) { return a.is_same_as(b); });
}

}  // namespace

TEST_CASE("a chain comes out in its order, whatever order it was sent in") {
    World world;
    std::vector<std::size_t> places = {0, 1, 2, 3};
    do {
        std::vector<Certificate> sent;
        for (std::size_t place : places)
            sent.push_back(world.whole[place]);
        const auto ordered = world.order(sent);
        CHECK(same(ordered.chain, world.whole));
        CHECK(ordered.moved == !std::is_sorted(places.begin(), places.end()));
        CHECK(ordered.dropped == 0);
        CHECK(ordered.note() == (ordered.moved ? "the certificates came in another order" : ""));
    } while (std::next_permutation(places.begin(), places.end()));
}

TEST_CASE("a certificate too many is left out, wherever it stands and whatever it is") {
    World world;
    for (const Certificate& extra : {world.foreign.certificate(), world.leaf, world.whole[1]})
        for (std::size_t place = 0; place <= 3; ++place) {
            std::vector<Certificate> sent(world.whole.begin(), world.whole.begin() + 3);
            const std::vector<Certificate> wanted = sent;
            sent.insert(sent.begin() + static_cast<std::ptrdiff_t>(place), extra);
            const auto ordered = world.order(sent);
            CHECK(same(ordered.chain, wanted));
            CHECK(ordered.dropped == 1);
            CHECK_FALSE(ordered.moved);
            CHECK(ordered.note() == "1 that does not belong to the chain was left out");
        }
    CHECK(same(world.order({world.leaf, world.leaf}).chain, {world.leaf}));
}

TEST_CASE("what lacks the leaf, or what signed it, is not made to look whole") {
    World world;
    const std::vector<std::vector<Certificate>> broken = {
        {},
        {world.whole[1], world.whole[2]},
        {world.leaf, world.root.certificate()},
        {world.root.certificate(), world.leaf},
        {world.leaf, world.foreign.certificate()}};
    for (const auto& sent : broken) {
        const auto ordered = world.order(sent);
        CHECK(same(ordered.chain, sent));
        CHECK(ordered.note() == "");
    }
}

TEST_CASE("a namesake that has signed nothing is passed over") {
    World world;
    test::TestAuthority namesake("Test Intermediate", world.above);
    const auto ordered = world.order({world.leaf, namesake.certificate(), world.whole[1]});
    CHECK(same(ordered.chain, {world.leaf, world.whole[1]}));
    CHECK(ordered.dropped == 1);
}

TEST_CASE("a chain ends before a certificate of the CA's that has expired, but not at the leaf") {
    World world;
    test::TestAuthority old("Old", now - days(400), now - days(1));
    test::TestAuthority crossed("Crossed", old, now + days(100));
    const test::Wish wish{"leaf", "DNS:a.org", now - days(1), now + days(89), false, false};
    const Certificate leaf = crossed.issue(world.key, wish);
    CHECK(same(world.order({leaf, crossed.certificate(), old.certificate()}).chain,
               {leaf, crossed.certificate()}));
    test::TestAuthority expired("Expired", old);
    const Certificate child = expired.issue(world.key, wish);
    CHECK(same(world.order({child, old.certificate(), expired.certificate()}).chain,
               {child, expired.certificate()}));
}
