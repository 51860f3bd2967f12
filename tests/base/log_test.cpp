// SPDX-License-Identifier: Apache-2.0
// One line an event, whatever the values hold.
#include "base/log.hpp"

#include "support/catch.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>

using namespace md;

namespace {

std::string logged(log::Level level, const std::function<void()>& speak) {
    std::ostringstream out;
    auto former = spdlog::default_logger();
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(out);
    auto logger = std::make_shared<spdlog::logger>("test", sink);
    logger->set_pattern("%l: %v");
    spdlog::set_default_logger(logger);
    log::set_level(level);
    speak();
    spdlog::set_default_logger(former);
    return out.str();
}

std::string logged_value(std::string_view value) {
    return logged(log::Level::info, [&] { log::info("seen", log::kv("value", value)); });
}

}  // namespace

TEST_CASE("an event is its phrase and its fields in order") {
    CHECK(logged(log::Level::info, [] {
              log::warn("attempt failed", log::kv("domain", "a.org"), log::kv("errors", 3));
          }) == "warning: attempt failed domain=a.org errors=3\n");
    CHECK(logged(log::Level::info, [] { log::error("stopped"); }) == "error: stopped\n");
}

TEST_CASE("values that are not one plain word are quoted and escaped") {
    CHECK(logged_value("two words") == "info: seen value=\"two words\"\n");
    CHECK(logged_value("") == "info: seen value=\"\"\n");
    CHECK(logged_value("a=b") == "info: seen value=\"a=b\"\n");
    CHECK(logged_value("say \"x\\y\"") == "info: seen value=\"say \\\"x\\\\y\\\"\"\n");
    CHECK(logged_value("größer") == "info: seen value=\"größer\"\n");
}

TEST_CASE("a value cannot forge a second line or steer a terminal") {
    CHECK(logged_value("x\nerror: forged domain=b.org") ==
          "info: seen value=\"x\\nerror: forged domain=b.org\"\n");
    CHECK(logged_value("\r\x1b[2J\x7f") == "info: seen value=\"\\x0d\\x1b[2J\\x7f\"\n");
    CHECK(logged_value("\xc2\x9b"
                       "31m \x9b \xe2\x80\xa8") ==
          "info: seen value=\"\\xc2\\x9b31m \\x9b \\xe2\\x80\\xa8\"\n");
    CHECK(logged_value(std::string_view("a\0b", 3)) == "info: seen value=\"a\\x00b\"\n");
}

TEST_CASE("a value is never taken for a format") {
    CHECK(logged_value("{}") == "info: seen value={}\n");
    CHECK(logged_value("%v{0}%s") == "info: seen value=%v{0}%s\n");
}

TEST_CASE("what is below the level is not said") {
    CHECK(logged(log::Level::warn, [] {
              log::info("quiet");
              log::debug("quieter");
              log::warn("loud");
          }) == "warning: loud\n");
    logged(log::Level::debug, [] {
        CHECK(log::enabled(log::Level::debug));
        CHECK_FALSE(log::enabled(log::Level::trace));
    });
}
