// SPDX-License-Identifier: Apache-2.0
#include "config/name_index.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace md::config;

namespace {

md::model::Identifier name(const char* text) {
    return md::model::Identifier::parse(text).value();
}

// Domains 0 (example.org, shop.example.org), 1 (*.wild.org) and 2 (example.com).
NameIndex sample() {
    NameIndex index;
    index.add(name("example.org"), 0, {});
    index.add(name("shop.example.org"), 0, {});
    index.add(name("*.wild.org"), 1, {});
    index.add(name("example.com"), 2, {});
    return index;
}

std::vector<std::size_t> domains(const NameIndex& index, std::string_view pattern) {
    std::vector<std::size_t> result;
    for (const auto& [domain, found] : index.matching(pattern))
        result.push_back(domain);
    std::sort(result.begin(), result.end());
    return result;
}

using Domains = std::vector<std::size_t>;

}  // namespace

TEST_CASE("a name is added once and its first owner stays") {
    NameIndex index;
    CHECK(index.add(name("example.org"), 1, {0, 3, 1, 0}) == nullptr);
    const NameIndex::Owner* former = index.add(name("example.org"), 2, {0, 9, 1, 0});
    REQUIRE(former != nullptr);
    CHECK(former->domain == 1);
    CHECK(former->at.line == 3);
    CHECK(index.exact("example.org")->domain == 1);
}

TEST_CASE("a wildcard owns what is one label below it") {
    NameIndex index = sample();
    CHECK(index.owner("a.wild.org")->domain == 1);
    CHECK(index.owner("a.b.wild.org") == nullptr);
    CHECK(index.owner("wild.org") == nullptr);
    CHECK(index.wildcard_over("*.wild.org") == nullptr);
    CHECK(index.exact("*.wild.org")->domain == 1);
    CHECK(index.owner("localhost") == nullptr);
}

TEST_CASE("a pattern finds the domains that have a matching name, each once") {
    NameIndex index = sample();
    CHECK(domains(index, "*.org") == Domains{0});
    CHECK(domains(index, "*") == Domains{0, 2});
    CHECK(domains(index, "example.*") == Domains{0, 2});
    CHECK(domains(index, "exam?le.com") == Domains{2});
    CHECK(domains(index, "*.example.org") == Domains{0});
    CHECK(domains(index, "?.example.org").empty());
    CHECK(domains(index, "*a*m*l*.c?m") == Domains{2});
    CHECK(domains(index, "").empty());
}

TEST_CASE("a pattern tells which name it matched") {
    auto found = sample().matching("*.example.org");
    REQUIRE(found.size() == 1);
    CHECK(found[0].second == "shop.example.org");
}

TEST_CASE("a name added later is found by patterns too") {
    NameIndex index = sample();
    CHECK(domains(index, "*.net").empty());
    index.add(name("example.net"), 7, {});
    CHECK(domains(index, "*.net") == Domains{7});
}
