// SPDX-License-Identifier: Apache-2.0
#include "model/shared.hpp"

#include "model/fingerprint.hpp"
#include "support/catch.hpp"

#include <string>

using namespace md::model;

TEST_CASE("what is shared is changed for one alone") {
    Shared<std::string> one("same"), other = one;
    CHECK(&*one == &*other);
    other.edit() += " no more";
    CHECK(*one == "same");
    CHECK(*other == "same no more");
    CHECK(one != other);
    CHECK(one == Shared<std::string>("same"));
    CHECK(&*Shared<std::string>() == &*Shared<std::string>());
}

TEST_CASE("equal values become one, of the few that were seen last") {
    Sharing<std::string> sharing;
    Shared<std::string> first = sharing(std::string("a"));
    CHECK(&*sharing(std::string("a")) == &*first);
    for (int i = 0; i < 8; ++i)
        sharing(std::to_string(i));
    CHECK(&*sharing(std::string("a")) != &*first);
    CHECK(*sharing(std::string("7")) == "7");
}

TEST_CASE("a boxed value is copied deeply, and may be none") {
    Boxed<std::string> none, one(std::string("value")), copy = one;
    CHECK_FALSE(none);
    CHECK(none == Boxed<std::string>(std::optional<std::string>()));
    copy->append("s");
    CHECK(*one == "value");
    CHECK(one != copy);
    CHECK(none != one);
    CHECK(none.value_or("other") == "other");
    copy = std::nullopt;
    CHECK_FALSE(copy);
    CHECK(none.emplace("new") == "new");
}

TEST_CASE("a fingerprint is 64 digits in lower case") {
    Fingerprint fingerprint;
    fingerprint.octets[0] = 0xc0;
    fingerprint.octets[31] = 0x0f;
    const std::string text = "c0" + std::string(60, '0') + "0f";
    CHECK(fingerprint.text() == text);
    CHECK(Fingerprint::parse(text) == fingerprint);
    CHECK_FALSE(Fingerprint::parse(text.substr(1)));
    CHECK_FALSE(Fingerprint::parse(text + "0"));
    CHECK_FALSE(Fingerprint::parse("C0" + text.substr(2)));
    CHECK_FALSE(Fingerprint::parse(""));
}
