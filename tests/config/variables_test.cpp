// SPDX-License-Identifier: Apache-2.0
#include "config/variables.hpp"

#include "support/catch.hpp"

using namespace md::config;

namespace {

const EnvironmentVariables environment{{"HOME", "/root"}, {"BAD", "a\nb\rc"}};

}  // namespace

TEST_CASE("a Define comes before the environment") {
    Variables variables(environment, {});
    CHECK(variables.value("HOME") == "/root");
    variables.define("HOME", "/home");
    CHECK(variables.value("HOME") == "/home");
    variables.undefine("HOME");
    CHECK(variables.value("HOME") == "/root");
}

TEST_CASE("what nobody defines has no value") {
    CHECK_FALSE(Variables(environment, {}).value("NOTHING"));
    CHECK_FALSE(Variables({}, {}).value("HOME"));
}

TEST_CASE("a name without a value is defined and has no value") {
    Variables variables(environment, {"STAGING"});
    CHECK(variables.is_defined("STAGING"));
    CHECK_FALSE(variables.value("STAGING"));
    CHECK_FALSE(variables.is_defined("staging"));
}

TEST_CASE("the environment defines nothing for IfDefine") {
    CHECK_FALSE(Variables(environment, {}).is_defined("HOME"));
}

TEST_CASE("a value can not bring a second line") {
    Variables variables(environment, {});
    CHECK(variables.value("BAD") == "a b c");
    variables.define("X", "1\n2");
    CHECK(variables.value("X") == "1 2");
}
