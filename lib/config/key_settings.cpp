// SPDX-License-Identifier: Apache-2.0
// MDPrivateKeys: the one directive whose arguments belong together.
#include "config/domain_settings.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace md::config {

using model::KeySpec;

namespace {

constexpr unsigned smallest_rsa = 2048;
constexpr unsigned largest_rsa = 8192;

Checked<KeySpec> parse_rsa_bits(std::string_view text) {
    unsigned bits = 0;
    for (char c : text) {
        if (c < '0' || c > '9')
            return Mistake{in_quotes(text) + " is not a number of bits", "write RSA 3072"};
        bits = std::min(bits * 10 + static_cast<unsigned>(c - '0'), 1'000'000U);
    }
    if (bits < smallest_rsa)
        return Mistake{"an RSA key of " + std::to_string(bits) + " bits is not safe",
                       "2048 bits are the least"};
    if (bits > largest_rsa)
        return Mistake{"an RSA key of " + std::string(text) + " bits is too large",
                       "8192 bits are the most"};
    return KeySpec::rsa(bits);
}

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// The key type that starts at an argument; steps over a number that belongs to it.
Checked<KeySpec> parse_key(const std::vector<Argument>& arguments, std::size_t& i) {
    const std::string& text = arguments[i].text;
    std::string word = lower(text);
    if (word == "rsa") {
        if (i + 1 == arguments.size() || !is_number(arguments[i + 1].text))
            return KeySpec::rsa();
        return parse_rsa_bits(arguments[++i].text);
    }
    if (word.starts_with("rsa") && is_number(word.substr(3)))
        return parse_rsa_bits(std::string_view(text).substr(3));
    if (is_number(text))
        return Mistake{in_quotes(text) + " belongs to no key type", "write RSA " + text};
    return model::parse_curve(text);
}

bool same_kind(const KeySpec& one, const KeySpec& other) {
    return one.type == other.type && one.canonical_curve() == other.canonical_curve();
}

}  // namespace

void set_keys(const Directive& directive, Settings& settings, Report& report) {
    const std::vector<Argument>& arguments = directive.arguments;
    std::vector<KeySpec> keys;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Position& at = arguments[i].at;
        if (same_word(arguments[i].text, "Default")) {
            if (arguments.size() > 1)
                return report.error(at, "Default stands alone",
                                    "name the key types, or write Default only");
            keys = {KeySpec::rsa()};
            break;
        }
        auto key = parse_key(arguments, i);
        if (!key)
            return report.error(arguments[i].at, key.error());
        bool repeated = std::any_of(keys.begin(), keys.end(),
                                    [&](const KeySpec& other) { return same_kind(*key, other); });
        if (repeated)
            return report.error(at, "two keys of the same type",
                                "one RSA key and one key for each curve are possible");
        keys.push_back(*key);
    }
    settings.keys = std::move(keys);
}

std::string keys_text(const Settings& settings) {
    std::string text;
    for (const KeySpec& key : settings.keys)
        text += (text.empty() ? "" : " ") +
                (key.type == KeySpec::Type::rsa ? "RSA " + std::to_string(key.bits) : key.curve);
    return text;
}

}  // namespace md::config
