// SPDX-License-Identifier: Apache-2.0
#include "model/authority.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace md::model {
namespace {

constexpr std::string_view live = "https://acme-v02.api.letsencrypt.org/directory";
constexpr std::string_view staging = "https://acme-staging-v02.api.letsencrypt.org/directory";

struct Successor {
    std::string_view old_url, url;
};
constexpr std::array<Successor, 3> successors = {{
    {"https://acme-v01.api.letsencrypt.org/directory", live},
    {"https://acme-staging.api.letsencrypt.org/directory", staging},
    {"https://acme-staging-v01.api.letsencrypt.org/directory", staging},
}};

// "https://ca.example/dir" of "HTTPS://CA.example:443/dir/".
std::string plain(std::string_view url) {
    auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos)
        return std::string(url);
    auto host_begin = scheme_end + 3;
    auto host_end = std::min(url.find('/', host_begin), url.size());
    std::string scheme = base::lower(url.substr(0, scheme_end));
    std::string host = base::lower(url.substr(host_begin, host_end - host_begin));
    std::string_view default_port = scheme == "http" ? ":80" : ":443";
    if (host.ends_with(default_port))
        host.resize(host.size() - default_port.size());
    std::string_view path = url.substr(host_end);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    return scheme + "://" + host + std::string(path);
}

std::string present(std::string_view url) {
    std::string text = plain(url);
    std::string_view successor = successor_of(text);
    return successor.empty() ? text : std::string(successor);
}

}  // namespace

std::string_view successor_of(std::string_view directory_url) {
    std::string url = base::lower(directory_url);
    for (const Successor& one : successors)
        if (one.old_url == url)
            return one.url;
    return {};
}

bool same_authority(std::string_view one, std::string_view other) {
    return one == other || present(one) == present(other);
}

}  // namespace md::model
