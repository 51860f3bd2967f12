// SPDX-License-Identifier: Apache-2.0
#include "base/url.hpp"

#include "base/ascii.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace md::base {
namespace {

namespace urls = boost::urls;

constexpr std::size_t longest = 8000;  // octets; RFC 9110 §4.1 asks for at least that

// What Boost's views are called, and whether they become std's by themselves, differs by its
// version.
template <typename View>
std::string_view view(const View& text) {
    return {text.data(), text.size()};
}

bool is_host_name(std::string_view host) {
    return !host.empty() && host.size() <= 255 && host.front() != '.' &&
           std::all_of(host.begin(), host.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                      c == '_';
           });
}

// Lower-cased and without brackets; "" when it is none we would connect to. A zone (RFC 6874),
// which newer versions of Boost take, says nothing about a CA.
std::string host_of(const urls::url_view& url) {
    if (url.host_type() == urls::host_type::ipv4 || url.host_type() == urls::host_type::ipv6) {
        std::string address = lower(view(url.encoded_host_address()));
        return address.find('%') == std::string::npos ? address : "";
    }
    std::string host = lower(view(url.encoded_host()));
    return url.host_type() == urls::host_type::name && is_host_name(host) ? host : "";
}

std::optional<std::uint16_t> port_of(const urls::url_view& url, bool https) {
    std::string_view digits = view(url.port());
    if (digits.empty())
        return static_cast<std::uint16_t>(https ? 443 : 80);
    unsigned port = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port < 1 || port > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(port);
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

// Boost 1.81 takes "10.0.0.1" for the host of "http://10.0.0.1.example.org/", and the rest for its
// path: where such a host begins in the text.
std::optional<std::size_t> name_like_an_address(std::string_view text, const urls::url_view& url) {
    const std::string_view path = view(url.encoded_path());
    if (url.host_type() != urls::host_type::ipv4 || path.empty() || path.front() == '/')
        return std::nullopt;
    return static_cast<std::size_t>(view(url.encoded_host()).data() - text.data());
}

// Whether a reference is absolute: "https:..."; a colon behind the first slash is none.
bool has_scheme(std::string_view reference) {
    std::size_t colon = reference.find(':');
    return colon != std::string_view::npos && colon < reference.find_first_of("/?#");
}

// RFC 3986 §5.2.4, of "/path?query".
std::string without_dots(std::string_view target) {
    std::string_view path = target.substr(0, target.find_first_of("?#"));
    std::string_view rest = target.substr(path.size());
    std::string result;
    while (!path.empty()) {
        std::string_view segment = path.substr(0, path.find('/', 1));
        path.remove_prefix(segment.size());
        bool dot = segment == "/." || segment == "/..";
        if (segment == "/..")
            result.erase(std::min(result.rfind('/'), result.size()));
        if (!dot)
            result += segment;
        else if (path.empty())
            result += '/';
    }
    return result.append(rest);
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
    if (text.size() > longest)
        return std::nullopt;
    auto parsed = urls::parse_uri({text.data(), text.size()});
    if (!parsed || !parsed->has_authority())
        return std::nullopt;
    if (auto host = name_like_an_address(text, *parsed)) {
        auto url = parse(std::string(text).insert(*host, "x"));
        if (url)
            url->host_.erase(0, 1);
        return url;
    }
    Url url;
    url.scheme_ = lower(view(parsed->scheme()));
    if (url.scheme_ != "http" && url.scheme_ != "https")
        return std::nullopt;
    url.host_ = host_of(*parsed);
    auto port = port_of(*parsed, url.is_https());
    if (url.host_.empty() || !port)
        return std::nullopt;
    url.port_ = *port;
    url.target_ = view(parsed->encoded_path());
    if (url.target_.empty())
        url.target_ = "/";
    // Boost 1.81 lets whatever follows a malformed authority pass for a path: "https://a:4x/".
    if (url.target_.front() != '/')
        return std::nullopt;
    if (parsed->has_query())
        url.target_ += "?" + std::string(view(parsed->encoded_query()));
    url.user_info_ = parsed->userinfo();
    return url;
}

std::optional<Url> Url::resolve(std::string_view reference) const {
    if (has_scheme(reference) || reference.empty())
        return parse(reference);
    std::string path = target_.substr(0, target_.find('?'));
    std::string text = scheme_ + ":";
    if (reference.starts_with("//"))
        return parse(text.append(reference));
    text += "//" + authority();
    if (reference.starts_with('/'))
        return parse(text + without_dots(reference));
    if (reference.starts_with('?'))
        return parse(text.append(path).append(reference));
    path.erase(path.rfind('/') + 1);
    return parse(text + without_dots(path.append(reference)));
}

std::string Url::authority() const {
    bool default_port = port_ == (is_https() ? 443 : 80);
    return bracketed(host_) + (default_port ? "" : ":" + std::to_string(port_));
}

std::string Url::origin() const {
    return scheme_ + "://" + bracketed(host_) + ":" + std::to_string(port_);
}

std::string Url::text() const {
    return scheme_ + "://" + authority() + target_;
}

}  // namespace md::base
