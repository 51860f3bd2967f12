// SPDX-License-Identifier: Apache-2.0
#include "model/domain_name.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace md::model {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// What is wrong with one label, or an empty text.
std::string label_mistake(std::string_view label) {
    if (label.empty())
        return "it has an empty label";
    if (label.size() > 63)
        return "a label is longer than 63 characters";
    if (label.front() == '-' || label.back() == '-')
        return "a label starts or ends with a hyphen";
    for (char c : label) {
        if (static_cast<unsigned char>(c) >= 0x80)
            return "it has characters outside ASCII";
        if (!is_letter_or_digit(c) && c != '-' && c != '_')
            return std::string("'") + (c > ' ' && c < 127 ? c : '?') + "' may not stand in it";
    }
    return {};
}

std::string hint_for(std::string_view text) {
    if (text.find("://") != std::string_view::npos)
        return "write the name alone, without http:// and path";
    if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }))
        return "write an international name in its ASCII form, xn--...";
    if (text.find('*') != std::string_view::npos)
        return "a wildcard is '*.' before a name, as in *.example.org";
    if (text.find(':') != std::string_view::npos)
        return "write the name alone, without a port";
    return "names are letters, digits and hyphens, separated by dots";
}

}  // namespace

Checked<DomainName> DomainName::parse(std::string_view text) {
    std::string name = base::lower(text);
    if (name.size() > 1 && name.ends_with('.'))
        name.pop_back();
    auto refuse = [&](const std::string& why) -> Checked<DomainName> {
        std::string shown(text.substr(0, 80));
        std::replace_if(
            shown.begin(), shown.end(),
            [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, '?');
        return Mistake{"'" + shown + "' is not a domain name: " + why, hint_for(text)};
    };
    if (name.size() > 253)
        return refuse("it is longer than 253 characters");
    std::string_view rest = name;
    if (rest.starts_with("*.")) {
        rest.remove_prefix(2);
        if (rest.find('.') == std::string_view::npos)
            return refuse("a wildcard needs at least two labels after it");
    }
    bool all_digits = std::all_of(rest.begin(), rest.end(),
                                  [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
    if (all_digits && rest.find_first_not_of('.') != std::string_view::npos)
        return refuse("it is a number or an IP address");
    while (true) {
        auto dot = rest.find('.');
        if (auto why = label_mistake(rest.substr(0, dot)); !why.empty())
            return refuse(why);
        if (dot == std::string_view::npos)
            break;
        rest.remove_prefix(dot + 1);
    }
    return DomainName(std::move(name));
}

}  // namespace md::model
