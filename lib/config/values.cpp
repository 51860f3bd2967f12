// SPDX-License-Identifier: Apache-2.0
#include "config/values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace md::config {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours longest_duration{24 * 36500};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A number that fills the whole text.
template <typename Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

struct DurationUnit {
    std::string_view shortest, whole;  // any beginning of `whole` from `shortest` on
    milliseconds length;
};
constexpr DurationUnit units[] = {
    {"ms", "ms", milliseconds{1}},
    {"s", "seconds", std::chrono::seconds{1}},
    {"mi", "minutes", std::chrono::minutes{1}},
    {"h", "hours", std::chrono::hours{1}},
    {"d", "days", std::chrono::hours{24}},
};

std::optional<milliseconds> unit_named(std::string_view text) {
    std::string word = lower(text);
    for (const DurationUnit& unit : units)
        if (word.starts_with(unit.shortest) && unit.whole.starts_with(word))
            return unit.length;
    return std::nullopt;
}

constexpr const char* duration_hint = "write a number and a unit: 30d, 12h, 10mi, 5s or 500ms";

// sun_path of sockaddr_un has 108 octets, the last of them 0.
constexpr std::size_t longest_socket_path = 107;

// What the configurations of nginx, httpd and HAProxy take as it is in a path.
bool is_plain_in_path(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("/._-+@,=~").find(c) != std::string_view::npos;
}

// A name in the abstract name space, "@name", would be open to any local user.
std::optional<Mistake> mistake_in_socket_path(std::string_view path) {
    constexpr const char* hint = "write 80:unix:/run/mdcertd/http.sock, in a folder of root";
    if (!path.starts_with('/') || path.ends_with('/'))
        return Mistake{in_quotes(path) + " is not the absolute path of a socket", hint};
    if (path.size() > longest_socket_path)
        return Mistake{"the path of a socket has at most " + std::to_string(longest_socket_path) +
                           " characters, this one " + std::to_string(path.size()),
                       hint};
    if (!std::all_of(path.begin(), path.end(), is_plain_in_path))
        return Mistake{in_quotes(path) + " has a character that web servers take otherwise", hint};
    return std::nullopt;
}

}  // namespace

Mistake unknown_keyword(std::string_view text, std::span<const std::string_view> possible) {
    std::string hint;
    if (auto meant = closest(text, possible, 2))
        hint = "did you mean " + in_quotes(*meant) + "? ";
    hint += "It is one of";
    for (std::string_view word : possible)
        hint += (word == possible.front() ? " " : ", ") + std::string(word);
    return {in_quotes(text) + " is not a possible value", hint};
}

std::optional<unsigned> parse_number(std::string_view text) {
    return number<unsigned>(text);
}

Checked<bool> parse_on_off(std::string_view text) {
    static constexpr Keyword<bool> words[] = {{"on", true}, {"off", false}};
    return parse_keyword(text, words);
}

Checked<milliseconds> parse_duration(std::string_view text, milliseconds unit) {
    auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
                                           text.begin());
    if (text.starts_with('-'))
        return Mistake{in_quotes(text) + " is a negative time", duration_hint};
    if (digits == 0)
        return Mistake{in_quotes(text) + " is not a length of time", duration_hint};
    std::string_view word = text.substr(digits);
    if (!word.empty()) {
        auto named = unit_named(word);
        if (!named)
            return Mistake{in_quotes(word) + " is not a unit of time", duration_hint};
        unit = *named;
    }
    auto count = number<std::int64_t>(text.substr(0, digits));
    if (!count || *count > milliseconds{longest_duration} / unit)
        return Mistake{in_quotes(text) + " is too long", "a hundred years are the limit"};
    return *count * unit;
}

Checked<std::chrono::seconds> parse_seconds(std::string_view text, milliseconds unit) {
    auto duration = parse_duration(text, unit);
    if (!duration)
        return duration.error();
    return std::chrono::ceil<std::chrono::seconds>(*duration);
}

Checked<model::Window> parse_window(std::string_view text) {
    if (!text.ends_with('%')) {
        auto time = parse_seconds(text, std::chrono::hours{24});
        if (!time)
            return Mistake{time.error().what, "write a time (30d, 12h) or a share (33%)"};
        return model::Window::duration(*time);
    }
    auto share = number<unsigned>(text.substr(0, text.size() - 1));
    if (!share)
        return Mistake{in_quotes(text) + " is not a percentage", "write a whole number: 33%"};
    if (*share >= 100)
        return Mistake{in_quotes(text) + " is not less than the whole lifetime",
                       "percentages go from 0% to 99%"};
    return model::Window::percent(static_cast<int>(*share));
}

std::string duration_text(std::chrono::seconds duration) {
    return model::Window::duration(duration).text();
}

Checked<std::uint16_t> parse_port(std::string_view text) {
    auto port = number<std::uint16_t>(text);
    if (!port || *port == 0)
        return Mistake{in_quotes(text) + " is not a port", "ports are numbers from 1 to 65535"};
    return *port;
}

Checked<model::PortMap> parse_port_map(std::string_view text, model::PortMap map) {
    constexpr const char* hint =
        "write 80:PORT, 80:unix:PATH or 443:PORT, with - for a port that is closed";
    auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return Mistake{in_quotes(text) + " has no ':' between two ports", hint};
    std::string_view outside = text.substr(0, colon);
    std::string_view inside = text.substr(colon + 1);
    bool is_http = outside == "80" || same_word(outside, "http");
    if (!is_http && outside != "443" && !same_word(outside, "https"))
        return Mistake{in_quotes(outside) + " is not a port the CA comes to", hint};
    constexpr std::string_view unix_socket = "unix:";
    if (same_word(inside.substr(0, unix_socket.size()), unix_socket)) {
        if (!is_http)
            return Mistake{"a socket takes the place of port 80 only",
                           "what proxies to it would have to pass TLS on as it is: write 443:PORT"};
        map.http_socket = inside.substr(unix_socket.size());
        map.http.reset();
        if (auto mistake = mistake_in_socket_path(map.http_socket))
            return *mistake;
        return map;
    }
    std::optional<std::uint16_t> local;
    if (inside != "-") {
        auto port = parse_port(inside);
        if (!port)
            return port.error();
        local = *port;
    }
    (is_http ? map.http : map.https) = local;
    if (is_http)
        map.http_socket.clear();
    return map;
}

bool is_ip_address(std::string_view text) {
    std::string bare(text.substr(0, text.find('%')));  // of an IPv6 address, without its zone
    in6_addr parsed;
    bool is_ipv6 = ::inet_pton(AF_INET6, bare.c_str(), &parsed) == 1;
    return is_ipv6 || (bare == text && ::inet_pton(AF_INET, bare.c_str(), &parsed) == 1);
}

Checked<model::Listen> parse_listen(std::string_view text) {
    constexpr const char* hint = "write PORT, ADDRESS:PORT or [IPV6]:PORT";
    auto colon = text.rfind(':');
    std::string_view address =
        colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
    auto port = parse_port(text.substr(colon == std::string_view::npos ? 0 : colon + 1));
    if (!port)
        return Mistake{port.error().what, hint};
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    else if (address.find(':') != std::string_view::npos)
        return Mistake{"the IPv6 address in " + in_quotes(text) + " has no brackets", hint};
    if (address.empty() && colon != std::string_view::npos)
        return Mistake{in_quotes(text) + " has no address before the ':'", hint};
    auto is_part = [](char c) {
        return is_digit(c) || (lower({&c, 1})[0] >= 'a' && lower({&c, 1})[0] <= 'z') || c == '.' ||
               c == ':' || c == '-' || c == '%';
    };
    if (address == "*")
        address = {};
    if (!std::all_of(address.begin(), address.end(), is_part))
        return Mistake{in_quotes(address) + " is not an address", hint};
    return model::Listen{std::string(address), *port};
}

Checked<model::StatusListen> parse_status_listen(std::string_view text) {
    auto listen = parse_listen(text);
    if (!listen)
        return Mistake{listen.error().what, listen.error().hint};
    if (listen->address.empty())
        return model::StatusListen{text.starts_with('*') ? "*" : "localhost", listen->port};
    std::string address = lower(listen->address);
    if (address != "localhost" && !is_ip_address(address))
        return Mistake{in_quotes(listen->address) + " is not an IP address",
                       "write PORT, which is for this machine alone, or ADDRESS:PORT"};
    return model::StatusListen{std::move(address), listen->port};
}

Checked<model::ServedAt> parse_served_at(std::string_view text) {
    constexpr const char* hint = "write HOST:PORT or [IPV6]:PORT";
    if (text.find(':') == std::string_view::npos)
        return Mistake{in_quotes(text) + " has no port", hint};
    auto place = parse_listen(text);
    if (!place)
        return Mistake{place.error().what, hint};
    if (place->address.empty())
        return Mistake{in_quotes(text) + " has no host", hint};
    return model::ServedAt{std::move(place->address), place->port, model::ServedAt::StartTls::none};
}

std::string listen_text(const model::Listen& listen) {
    std::string port = std::to_string(listen.port);
    if (listen.address.empty())
        return port;
    bool is_ipv6 = listen.address.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + listen.address + "]" : listen.address) + ":" + port;
}

}  // namespace md::config
