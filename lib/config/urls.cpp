// SPDX-License-Identifier: Apache-2.0
// The arguments that are URLs: certificate authorities, proxies, contacts.
#include "config/values.hpp"
#include "model/known_authorities.hpp"

#include <algorithm>

namespace md::config {
namespace {

constexpr const char* url_hint = "write it whole: https://HOST/PATH";

// Of CAs that give certificates.
std::vector<std::string_view> open_names() {
    std::vector<std::string_view> names;
    for (const model::KnownAuthority& known : model::known_authorities())
        if (!known.name.empty() && !known.is_closed)
            names.push_back(known.name);
    return names;
}

// A text could also begin a Mistake, so result<> does not choose by itself.
Checked<std::string> good(std::string text) {
    return Checked<std::string>(boost::system::in_place_value, std::move(text));
}

bool is_visible_ascii(char c) {
    return c > ' ' && c < 0x7f;
}

bool has_scheme(std::string_view text) {
    auto colon = text.find(':');
    auto is_part = [](char c) {
        c = lower({&c, 1})[0];
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    };
    return colon != std::string_view::npos && colon > 0 &&
           std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), is_part);
}

// "user:password@host:port" of a URL, as a place in it.
struct UrlPart {
    std::size_t begin, size;
};
UrlPart authority_part(std::string_view url) {
    auto begin = url.find("://");
    begin = begin == std::string_view::npos ? url.size() : begin + 3;
    auto end = std::min(url.find_first_of("/?#", begin), url.size());
    return {begin, end - begin};
}

// What is wrong with "host", "host:port" or "[ipv6]:port"; "" when nothing is.
std::string host_mistake(std::string_view host) {
    if (host.starts_with('[')) {
        auto close = host.find(']');
        if (close == std::string_view::npos)
            return "has no ']' behind the IPv6 address";
        host.remove_prefix(close + 1);
        if (host.empty())
            return {};
    } else {
        host.remove_prefix(std::min(host.find(':'), host.size()));
        if (host.empty())
            return {};
    }
    if (!host.starts_with(':') || !parse_port(host.substr(1)))
        return "has no good port: ports are numbers from 1 to 65535";
    return {};
}

}  // namespace

Checked<std::string> parse_http_url(std::string_view text) {
    std::string start = lower(text.substr(0, 8));
    if (!start.starts_with("http://") && !start.starts_with("https://"))
        return Mistake{in_quotes(text) + " is not an https:// URL", url_hint};
    if (!std::all_of(text.begin(), text.end(), is_visible_ascii))
        return Mistake{in_quotes(text) + " has characters that may not stand in a URL", url_hint};
    if (text.find('#') != std::string_view::npos)
        return Mistake{in_quotes(text) + " has a fragment", "drop the '#' and what follows"};
    auto [begin, size] = authority_part(text);
    std::string_view host = text.substr(begin, size);
    auto at = host.rfind('@');
    host.remove_prefix(at == std::string_view::npos ? 0 : at + 1);
    if (host.empty() || host.starts_with(':'))
        return Mistake{in_quotes(text) + " has no host", url_hint};
    if (std::string mistake = host_mistake(host); !mistake.empty())
        return Mistake{in_quotes(text) + " " + mistake, url_hint};
    return good(std::string(text));
}

Checked<AuthorityArgument> parse_authority(std::string_view text) {
    const model::KnownAuthority* known = model::authority_named(text);
    if (known == nullptr)
        known = model::authority_at(text);
    if (known != nullptr)
        return AuthorityArgument{std::string(known->directory_url), {}, known->is_closed};
    if (auto successor = model::successor_of(text))
        return AuthorityArgument{std::string(successor->directory_url), std::string(text), false};
    if (text.find(':') == std::string_view::npos) {
        auto meant = closest(text, open_names(), 3);
        return Mistake{in_quotes(text) + " is neither a URL nor the name of a CA",
                       meant ? "did you mean " + in_quotes(*meant) + "?"
                             : "write its directory URL, or LetsEncrypt or LetsEncrypt-Test"};
    }
    auto url = parse_http_url(text);
    if (!url)
        return url.error();
    auto [begin, size] = authority_part(*url);
    if (url->substr(begin, size).find('@') != std::string::npos)
        return Mistake{"the URL of a CA has no user in it", url_hint};
    return AuthorityArgument{*url, {}, false};
}

bool is_https_url(std::string_view text) {
    return same_word(text.substr(0, 6), "https:") && parse_http_url(text).has_value();
}

Checked<std::string> parse_proxy(std::string_view text) {
    auto url = parse_http_url(text);
    if (!url) {
        // The text may hold a password: it is not shown.
        return Mistake{"this is not the URL of a proxy",
                       "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"};
    }
    if (lower(url->substr(0, 6)) == "https:")
        return Mistake{"a proxy is spoken to by http alone",
                       "write http://HOST:PORT: what goes through it to the CA is encrypted all "
                       "the same"};
    auto [begin, size] = authority_part(*url);
    std::string_view rest = std::string_view(*url).substr(begin + size);
    if (rest != "" && rest != "/")
        return Mistake{"a proxy's URL has no path", "end it after the port"};
    return good(*url);
}

std::string without_password(const std::string& url) {
    auto [begin, size] = authority_part(url);
    std::string authority = url.substr(begin, size);
    auto at = authority.rfind('@');
    auto colon = authority.find(':');
    if (at == std::string::npos || colon == std::string::npos || colon > at)
        return url;
    return url.substr(0, begin + colon + 1) + "***" + url.substr(begin + at);
}

Checked<std::string> parse_contact(std::string_view text) {
    constexpr const char* hint = "write one address, as in ops@example.org";
    bool is_mail = lower(text.substr(0, 7)) == "mailto:";
    if (!std::all_of(text.begin(), text.end(), is_visible_ascii))
        return Mistake{in_quotes(text) + " is not an address", hint};
    if (!is_mail && has_scheme(text))
        return good(std::string(text));
    std::string_view address = is_mail ? text.substr(7) : text;
    auto at = address.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == address.size() ||
        address.find('@', at + 1) != std::string_view::npos)
        return Mistake{in_quotes(text) + " is not an address", hint};
    // RFC 8555 §7.3: no header fields and no more than one address in a mailto: URL.
    if (address.find_first_of(",?") != std::string_view::npos)
        return Mistake{in_quotes(text) + " is more than one address", hint};
    const std::string_view local = address.substr(0, at);
    const bool is_local = !local.starts_with('.') && !local.ends_with('.') &&
                          local.find("..") == std::string_view::npos &&
                          local.find_first_of("()<>[]:;\\\"") == std::string_view::npos;
    if (!is_local)
        return Mistake{in_quotes(text) + " is not an address: what stands before the '@' is none",
                       hint};
    if (auto domain = model::DomainName::parse(address.substr(at + 1)); !domain)
        return Mistake{in_quotes(text) +
                           " is not an address: what stands behind the '@' is no "
                           "domain",
                       hint};
    return good("mailto:" + std::string(address));
}

bool is_public_contact(std::string_view contact) {
    auto at = contact.find('@');
    return contact.starts_with("mailto:") && at != std::string_view::npos &&
           contact.find('.', at) != std::string_view::npos;
}

}  // namespace md::config
