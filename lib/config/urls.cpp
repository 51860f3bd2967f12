// SPDX-License-Identifier: Apache-2.0
// The arguments that are URLs: certificate authorities, proxies, contacts.
#include "base/url.hpp"
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

// "HOST:PORT" of a URL as it is written.
std::string_view written_host(std::string_view url) {
    url.remove_prefix(url.find("://") + 3);
    url = url.substr(0, url.find_first_of("/?"));
    return url.substr(url.rfind('@') + 1);
}

// What is wrong with an http URL of visible characters that does not parse, for a person.
std::string url_mistake(std::string_view url) {
    std::string_view host = written_host(url);
    const auto end = host.starts_with('[') ? host.find(']') : std::min(host.find(':'), host.size());
    if (end == 0)
        return "has no host";
    if (end == std::string_view::npos)
        return "has no ']' behind the IPv6 address";
    host.remove_prefix(end + (host.starts_with('[') ? 1 : 0));
    if (!host.empty() && (!host.starts_with(':') || !parse_port(host.substr(1))))
        return "has no good port: ports are numbers from 1 to 65535";
    return "has characters that may not stand in a URL";
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
    if (!base::Url::parse(text) || written_host(text).ends_with(':'))
        return Mistake{in_quotes(text) + " " + url_mistake(text), url_hint};
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
        return Mistake{
            in_quotes(text) + " is neither a URL nor the name of a CA",
            meant ? "did you mean " + in_quotes(*meant) + "?"
                  : "write its directory URL, or LetsEncrypt, ZeroSSL, Google or another name "
                    "of mdcertd.conf(5)"};
    }
    auto url = parse_http_url(text);
    if (!url)
        return url.error();
    if (!base::Url::parse(*url)->user_info().empty())
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
    const base::Url proxy = *base::Url::parse(*url);
    if (proxy.is_https())
        return Mistake{"a proxy is spoken to by http alone",
                       "write http://HOST:PORT: what goes through it to the CA is encrypted all "
                       "the same"};
    if (proxy.target() != "/")
        return Mistake{"a proxy's URL has no path", "end it after the port"};
    return good(*url);
}

std::string without_password(const std::string& url) {
    const auto begin = url.find("://");
    if (begin == std::string::npos)
        return url;
    const auto colon = url.find(':', begin + 3), end = url.find_first_of("/?#", begin + 3);
    const auto at = url.rfind('@', end);
    if (at == std::string::npos || colon > at)
        return url;
    return url.substr(0, colon + 1) + "***" + url.substr(at);
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
