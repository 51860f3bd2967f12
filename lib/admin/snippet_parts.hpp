// SPDX-License-Identifier: Apache-2.0
// The dialects that snippet() speaks, one file each.
#pragma once

#include "admin/snippet.hpp"

namespace md::admin {

// As long as the responder says it.
constexpr std::string_view hsts_value = "max-age=15768000";

// A local port for TLS itself, where port 443 is shared with the CA's questions.
constexpr std::string_view shared_tls_address = "127.0.0.1:8443";

// HAProxy's own folder, which Debian's configuration makes its root before it connects to anything.
constexpr std::string_view haproxy_chroot = "/var/lib/haproxy";

std::string nginx_snippet(const Forwarding& to, const std::vector<FrontedSite>& sites);
std::string httpd_snippet(const Forwarding& to, const std::vector<FrontedSite>& sites);
std::string haproxy_snippet(const Forwarding& to, const std::vector<FrontedSite>& sites);

// "example.org www.example.org", without the first `skipped` names.
inline std::string names_of(const FrontedSite& site, std::size_t skipped = 0) {
    std::string names;
    for (std::size_t i = skipped; i < site.domain->members.size(); ++i)
        names += (names.empty() ? "" : " ") + site.domain->members[i].name.text();
    return names;
}

// One server's words for the parts of a site; each is lines, "" where there is nothing to write.
struct Dialect {
    using OfSite = std::string (*)(const FrontedSite&);
    using OfBoth = std::string (*)(const Forwarding&, const FrontedSite&);

    std::string (*forwarding)(const Forwarding&);  // within the block of port 80
    std::string (*backend)(const Forwarding&);     // beside it
    OfSite redirect;                               // within the block of port 80
    OfSite certificates;                           // within the block of port 443
    OfBoth plain_block, tls_block;                 // whole ones
};
Dialect nginx_dialect();
Dialect httpd_dialect();
Dialect haproxy_dialect();

inline std::string no_backend(const Forwarding&) {
    return "";
}

inline std::string waits_for_certificate(const FrontedSite& site) {
    return "# " + site.domain->name() +
           " has no certificate yet. Once 'mdcertd status' says that it has, run this command\n"
           "# again: then the part that serves it follows here.\n";
}

}  // namespace md::admin
