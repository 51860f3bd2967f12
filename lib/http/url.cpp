// SPDX-License-Identifier: Apache-2.0
#include "http/url.hpp"

#include "base/ascii.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace md::http {
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
        std::string address = base::lower(view(url.encoded_host_address()));
        return address.find('%') == std::string::npos ? address : "";
    }
    std::string host = base::lower(view(url.encoded_host()));
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

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
    if (text.size() > longest)
        return std::nullopt;
    auto parsed = urls::parse_uri({text.data(), text.size()});
    if (!parsed || !parsed->has_authority())
        return std::nullopt;
    Url url;
    url.scheme_ = base::lower(view(parsed->scheme()));
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

}  // namespace md::http
