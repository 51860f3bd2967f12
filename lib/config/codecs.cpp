// SPDX-License-Identifier: Apache-2.0
#include "config/codecs.hpp"

#include "config/lexer.hpp"

#include <algorithm>
#include <iterator>

namespace md::config {
namespace {

using model::DriveMode;
using model::MemberMode;
using model::RequireHttps;

constexpr std::size_t drive_modes_shown = 3;
constexpr unsigned most_parallel = 64;
constexpr std::size_t longest_health_path = 256;
constexpr std::chrono::hours shortest_lifetime{1};

constexpr Keyword<DriveMode> drive_modes[] = {{"auto", DriveMode::automatic},
                                              {"always", DriveMode::always},
                                              {"manual", DriveMode::manual},
                                              {"automatic", DriveMode::automatic},
                                              {"stick", DriveMode::manual}};
constexpr Keyword<RequireHttps> https_modes[] = {{"off", RequireHttps::off},
                                                 {"temporary", RequireHttps::temporary},
                                                 {"permanent", RequireHttps::permanent}};
constexpr Keyword<MemberMode> member_modes[] = {{"auto", MemberMode::automatic},
                                                {"manual", MemberMode::manual}};

// The first keyword that has the value.
template <typename Value, std::size_t size>
std::string keyword_text(const Keyword<Value> (&words)[size], Value value) {
    auto found = std::find_if(std::begin(words), std::end(words),
                              [&](const auto& keyword) { return keyword.value == value; });
    return std::string(found->word);
}

// A text could also begin a Mistake, so result<> does not choose by itself.
Checked<std::string> good(std::string_view text) {
    return Checked<std::string>(boost::system::in_place_value, text);
}

// As the CA writes it, whose text it has to equal: not taken apart.
bool is_web_address(std::string_view word) {
    return (same_word(word.substr(0, 8), "https://") || same_word(word.substr(0, 7), "http://")) &&
           std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_in_request_path(char c) {
    return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '%';
}

}  // namespace

Checked<DriveMode> parse_drive_mode(std::string_view word) {
    return parse_keyword(word, drive_modes, drive_modes_shown);
}

Checked<RequireHttps> parse_require_https(std::string_view word) {
    return parse_keyword(word, https_modes);
}

Checked<MemberMode> parse_member_mode(std::string_view word) {
    return parse_keyword(word, member_modes);
}

Checked<std::string> parse_agreement(std::string_view word) {
    if (same_word(word, "accepted"))
        return good("accepted");
    if (is_web_address(word))
        return good(word);
    return Mistake{in_quotes(word) + " is neither 'accepted' nor a URL",
                   "write accepted when you agree to the CA's terms of service"};
}

Checked<std::string> parse_ca_file(std::string_view word) {
    if (word.empty())
        return Mistake{"an empty path", "write none for the system's roots"};
    return good(same_word(word, "none") ? "" : word);
}

Checked<std::string> parse_absolute_folder(std::string_view word) {
    if (!word.starts_with('/'))
        return Mistake{in_quotes(word) + " is not an absolute path", "start it with a '/'"};
    while (word.size() > 1 && word.ends_with('/'))
        word.remove_suffix(1);
    return good(word);
}

Checked<std::string> parse_folder(std::string_view word) {
    if (word.empty())
        return Mistake{"an empty path", "leave the line out for the default"};
    return good(word);
}

// Users and groups by name or, as httpd has it, by "#number".
Checked<std::string> parse_account_name(std::string_view word) {
    bool is_name = std::none_of(word.begin(), word.end(), [](char c) {
        return is_blank(c) || c == ':' || c == '/' || static_cast<unsigned char>(c) < ' ';
    });
    if (word.empty() || !is_name)
        return Mistake{in_quotes(word) + " is not a name of an account",
                       "write a name such as mdcertd"};
    return good(word);
}

// Any word: what names there are others know.
Checked<std::string> parse_name(std::string_view word) {
    return good(same_word(word, "none") ? "" : word);
}

// What a request can have as its path, no more: a query or an escaped character would never match.
Checked<std::string> parse_health_path(std::string_view word) {
    if (same_word(word, "none"))
        return good("");
    bool is_path = word.starts_with('/') && word.size() <= longest_health_path &&
                   std::all_of(word.begin(), word.end(), is_in_request_path);
    if (!is_path)
        return Mistake{in_quotes(word) + " is not a path of a request",
                       "write one such as /healthz, without query and escapes"};
    if (word == "/.well-known" || word.starts_with("/.well-known/"))
        return Mistake{"what is below /.well-known/ is for the CA and others",
                       "write a path such as /healthz"};
    return good(word);
}

Checked<std::chrono::seconds> parse_delay(std::string_view word) {
    auto time = parse_seconds(word, std::chrono::seconds{1});
    if (time && time->count() == 0)
        return Mistake{"a delay of nothing", "the shortest is 1s"};
    return time;
}

Checked<std::chrono::seconds> parse_lifetime(std::string_view word) {
    if (same_word(word, "none"))
        return std::chrono::seconds{0};
    auto time = parse_seconds(word, std::chrono::hours{24});
    if (time && *time < shortest_lifetime)
        return Mistake{in_quotes(word) + " is no lifetime that can be renewed in time",
                       "the shortest is 1h; write none for the CA's own"};
    return time;
}

Checked<unsigned> parse_parallel(std::string_view word) {
    auto number = parse_number(word);
    if (!number || *number < 1 || *number > most_parallel)
        return Mistake{in_quotes(word) + " is not a number from 1 to 64",
                       "8 is the default, and kind to every CA"};
    return *number;
}

Checked<unsigned> parse_failures(std::string_view word) {
    auto number = parse_number(word);
    if (!number || *number < 1)
        return Mistake{in_quotes(word) + " is not a number above 0",
                       "13 is the default: some hours of failures at one CA"};
    return *number;
}

std::string on_off_text(const bool& on) {
    return on ? "on" : "off";
}

std::string window_text(const model::Window& window) {
    return window.text();
}

std::string drive_mode_text(const DriveMode& mode) {
    return keyword_text(drive_modes, mode);
}

std::string require_https_text(const RequireHttps& mode) {
    return keyword_text(https_modes, mode);
}

std::string member_mode_text(const MemberMode& mode) {
    return keyword_text(member_modes, mode);
}

std::string word_or_nothing(const std::string& word) {
    return word.empty() ? "" : as_word(word);
}

std::string word_or_none(const std::string& word) {
    return word.empty() ? "none" : as_word(word);
}

std::string delay_text(const std::chrono::seconds& delay) {
    return duration_text(delay);
}

std::string lifetime_text(const std::chrono::seconds& lifetime) {
    return lifetime.count() == 0 ? "none" : duration_text(lifetime);
}

std::string number_text(const unsigned& number) {
    return std::to_string(number);
}

}  // namespace md::config
