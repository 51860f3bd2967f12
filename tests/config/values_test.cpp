// SPDX-License-Identifier: Apache-2.0
#include "config/values.hpp"

#include "support/catch.hpp"

using namespace md::config;
using namespace std::chrono_literals;

namespace {

std::chrono::milliseconds day() {
    return 24h;
}

}  // namespace

TEST_CASE("a time is a number and a unit") {
    CHECK(parse_duration("21d", 1s).value() == 21 * 24h);
    CHECK(parse_duration("12h", 1s).value() == 12h);
    CHECK(parse_duration("10mi", 1s).value() == 10min);
    CHECK(parse_duration("30s", 1s).value() == 30s);
    CHECK(parse_duration("500ms", 1s).value() == 500ms);
    CHECK(parse_duration("0s", 1s).value() == 0s);
}

TEST_CASE("units may be written out, in any case") {
    CHECK(parse_duration("3days", 1s).value() == 72h);
    CHECK(parse_duration("3Day", 1s).value() == 72h);
    CHECK(parse_duration("2Hours", 1s).value() == 2h);
    CHECK(parse_duration("5min", 1s).value() == 5min);
    CHECK(parse_duration("5sec", 1s).value() == 5s);
    CHECK(parse_duration("5MS", 1s).value() == 5ms);
}

TEST_CASE("a bare number is in the unit of its directive") {
    CHECK(parse_duration("5", 1s).value() == 5s);
    CHECK(parse_duration("5", day()).value() == 120h);
}

TEST_CASE("what is no time is told apart") {
    CHECK(parse_duration("", 1s).error().what == "'' is not a length of time");
    CHECK(parse_duration("soon", 1s).error().what == "'soon' is not a length of time");
    CHECK(parse_duration("-5d", 1s).error().what == "'-5d' is a negative time");
    CHECK(parse_duration("5m", 1s).error().what == "'m' is not a unit of time");
    CHECK(parse_duration("5weeks", 1s).error().what == "'weeks' is not a unit of time");
    CHECK(parse_duration("5 d", 1s).error().what == "' d' is not a unit of time");
    CHECK(parse_duration("1.5h", 1s).error().what == "'.5h' is not a unit of time");
}

TEST_CASE("a time ends at a hundred years, whatever its unit") {
    CHECK(parse_duration("36500d", 1s).has_value());
    CHECK(parse_duration("36501d", 1s).error().what == "'36501d' is too long");
    CHECK(parse_duration("99999999999999999999999d", 1s).has_error());
    CHECK(parse_duration("9223372036854775807", day()).has_error());
    CHECK(parse_duration("9223372036854775807ms", day()).has_error());
}

TEST_CASE("a part of a second is a whole one where seconds are counted") {
    CHECK(parse_seconds("1ms", 1s).value() == 1s);
    CHECK(parse_seconds("1001ms", 1s).value() == 2s);
    CHECK(parse_seconds("0ms", 1s).value() == 0s);
}

TEST_CASE("a window is a time, in days by itself, or a share below a hundred") {
    CHECK(parse_window("21").value() == md::model::Window::duration(21 * 24h));
    CHECK(parse_window("30s").value() == md::model::Window::duration(30s));
    CHECK(parse_window("33%").value() == md::model::Window::percent(33));
    CHECK(parse_window("0%").value() == md::model::Window::percent(0));
    CHECK(parse_window("99%").value() == md::model::Window::percent(99));
    CHECK(parse_window("100%").has_error());
    CHECK(parse_window("-5%").has_error());
    CHECK(parse_window("%").has_error());
    CHECK(parse_window("33.3%").has_error());
    CHECK(parse_window("4294967329%").has_error());
}

TEST_CASE("a time is shown as it can be read back") {
    for (auto time : {0s, 5s, 90s, 120s, 7200s, 86400s, 86401s})
        CHECK(parse_seconds(duration_text(time), 1s).value() == time);
    CHECK(duration_text(12h) == "12h");
}

TEST_CASE("a switch is on or off") {
    CHECK(parse_on_off("on").value());
    CHECK_FALSE(parse_on_off("OFF").value());
    CHECK(parse_on_off("yes").error().hint == "It is one of on, off");
}

TEST_CASE("ports are numbers from 1 to 65535") {
    CHECK(parse_port("1").value() == 1);
    CHECK(parse_port("65535").value() == 65535);
    for (const char* text : {"0", "65536", "-1", "", "80a", " 80", "0x50", "+80"})
        CHECK(parse_port(text).has_error());
}

TEST_CASE("a port map changes one side and leaves the other") {
    md::model::PortMap map;
    CHECK(parse_port_map("80:5080", map).value() == md::model::PortMap{5080, 443});
    CHECK(parse_port_map("443:5443", map).value() == md::model::PortMap{80, 5443});
    CHECK(parse_port_map("http:5080", map).value() == md::model::PortMap{5080, 443});
    CHECK(parse_port_map("HTTPS:5443", map).value() == md::model::PortMap{80, 5443});
    CHECK(parse_port_map("80:-", map).value() == md::model::PortMap{std::nullopt, 443});
    CHECK(parse_port_map("https:-", map).value() == md::model::PortMap{80, std::nullopt});
}

TEST_CASE("a Unix socket takes the place of port 80, and a port that of the socket") {
    md::model::PortMap map;
    auto socket = parse_port_map("http:Unix:/run/mdcertd/http.sock", map).value();
    CHECK(socket == md::model::PortMap{std::nullopt, 443, "/run/mdcertd/http.sock"});
    CHECK(socket.has_http());
    CHECK(parse_port_map("443:-", socket).value().http_socket == "/run/mdcertd/http.sock");
    CHECK(parse_port_map("80:180", socket).value() == md::model::PortMap{180, 443});
    CHECK_FALSE(parse_port_map("80:-", socket).value().has_http());
}

TEST_CASE("a socket that a web server could not be told of is refused") {
    for (const char* text :
         {"80:unix:", "80:unix:http.sock", "80:unix:@http", "80:unix:/run/a/", "80:unix:/run/a b",
          "80:unix:/run/a;b", "80:unix:/run/a:/b", "80:unix:/run/a|b", "80:unix:/run/\"a"})
        CHECK(parse_port_map(text, {}).has_error());
    CHECK(parse_port_map("443:unix:/run/a", {}).error().what ==
          "a socket takes the place of port 80 only");
    const std::string longest = "80:unix:/" + std::string(106, 'a');
    CHECK(parse_port_map(longest, {}).has_value());
    CHECK(parse_port_map(longest + "a", {}).error().what ==
          "the path of a socket has at most 107 characters, this one 108");
}

TEST_CASE("a port map that is none is refused") {
    for (const char* text : {"80", "80:", ":80", "8080:80", "-:80", "80:0", "80:65536", "80:-1",
                             "80:http", "443:5443:1", ""})
        CHECK(parse_port_map(text, {}).has_error());
}

TEST_CASE("a listener is a port, maybe with an address") {
    using md::model::Listen;
    CHECK(parse_listen("80").value() == Listen{"", 80});
    CHECK(parse_listen("*:80").value() == Listen{"", 80});
    CHECK(parse_listen("192.0.2.1:8080").value() == Listen{"192.0.2.1", 8080});
    CHECK(parse_listen("[2001:db8::1]:443").value() == Listen{"2001:db8::1", 443});
    CHECK(parse_listen("[fe80::1%eth0]:443").value() == Listen{"fe80::1%eth0", 443});
    CHECK(parse_listen("localhost:80").value() == Listen{"localhost", 80});
}

TEST_CASE("a listener that is none is refused") {
    for (const char* text : {"", "http", "192.0.2.1", ":80", "192.0.2.1:", "2001:db8::1:80",
                             "a b:80", "[::1]", "/run/socket:80"})
        CHECK(parse_listen(text).has_error());
}

TEST_CASE("a listener is shown as it can be read back") {
    for (const char* text : {"80", "192.0.2.1:8080", "[2001:db8::1]:443"})
        CHECK(listen_text(parse_listen(text).value()) == text);
}
