// SPDX-License-Identifier: Apache-2.0
// The arguments of directives as values: one function for each kind of word.
#pragma once

#include "config/spelling.hpp"
#include "model/desired_state.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace md::config {

using model::Checked;
using model::Mistake;

// "'alway' is not a possible value", with what was probably meant and all that is possible.
Mistake unknown_keyword(std::string_view text, std::span<const std::string_view> possible);

template <typename Value>
struct Keyword {
    std::string_view word;
    Value value;
};

// The value of a keyword, whatever its case. Only the first `shown` words are told of when it is
// none of them; the others are synonyms.
template <typename Value, std::size_t size>
Checked<Value> parse_keyword(std::string_view text, const Keyword<Value> (&keywords)[size],
                             std::size_t shown = size) {
    std::string_view words[size];
    for (std::size_t i = 0; i < size; ++i) {
        if (same_word(text, keywords[i].word))
            return keywords[i].value;
        words[i] = keywords[i].word;
    }
    return unknown_keyword(text, std::span(words, shown));
}

Checked<bool> parse_on_off(std::string_view text);

// "30d", "12h", "10mi", "5s", "500ms" (the words may be written out), or a bare number in `unit`.
// At most a hundred years.
Checked<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                  std::chrono::milliseconds unit);
// The same, rounded up to whole seconds.
// A whole number, not negative, and nothing besides; nullopt otherwise.
std::optional<unsigned> parse_number(std::string_view text);

Checked<std::chrono::seconds> parse_seconds(std::string_view text, std::chrono::milliseconds unit);
// "21d", "33%".
Checked<model::Window> parse_window(std::string_view text);
// The shortest form parse_seconds reads back: "12h", "90s".
std::string duration_text(std::chrono::seconds duration);

Checked<std::uint16_t> parse_port(std::string_view text);
// "80:5080", "https:5443", "80:-", "80:unix:/run/mdcertd/http.sock" into the map.
// "HOST:PORT", an IPv6 address in brackets.
Checked<model::StatusListen> parse_status_listen(std::string_view text);
Checked<model::ServedAt> parse_served_at(std::string_view text);
Checked<model::PortMap> parse_port_map(std::string_view text, model::PortMap map);
// "443", "*:443", "192.0.2.1:80", "[2001:db8::1]:80".
Checked<model::Listen> parse_listen(std::string_view text);
// What can be listened on; a name that is to be looked up cannot.
bool is_ip_address(std::string_view text);
std::string listen_text(const model::Listen& listen);

// An absolute URL with host, of one of the two schemes http and https, without blanks and fragment.
Checked<std::string> parse_http_url(std::string_view text);
// The directory URL of a CA given by URL or name.
struct AuthorityArgument {
    std::string url;
    std::string replaced;  // what was written, when it is a thing of the past
    bool is_closed = false;
};
Checked<AuthorityArgument> parse_authority(std::string_view text);
// Whether it is a good URL of that scheme.
bool is_https_url(std::string_view text);
Checked<std::string> parse_proxy(std::string_view text);
// The URL with its password, if any, as "***".
std::string without_password(const std::string& url);

// "mailto:ops@example.org" from that or the bare address; other URIs are kept as they are.
Checked<std::string> parse_contact(std::string_view text);
// Whether a public CA could write to a contact: the domain of its address has a dot.
bool is_public_contact(std::string_view contact);

}  // namespace md::config
