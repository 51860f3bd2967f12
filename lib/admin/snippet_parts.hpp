// SPDX-License-Identifier: Apache-2.0
// The servers that snippet() knows, one file each: all that is particular to one is its Dialect.
#pragma once

#include "admin/served_by.hpp"
#include "admin/snippet.hpp"

namespace md::admin {

// As long as the responder says it.
constexpr std::string_view hsts_value = "max-age=15768000";

// A local port for TLS itself, where port 443 is shared with the CA's questions.
constexpr std::string_view shared_tls_address = "127.0.0.1:8443";

// HAProxy's own folder, which Debian's configuration makes its root before it connects to anything.
constexpr std::string_view haproxy_chroot = "/var/lib/haproxy";

// "example.org www.example.org", without the first `skipped` names.
inline std::string names_of(const FrontedSite& site, std::size_t skipped = 0) {
    std::string names;
    for (std::size_t i = skipped; i < site.domain->members.size(); ++i)
        names += (names.empty() ? "" : " ") + site.domain->members[i].name.text();
    return names;
}

struct Dialect {
    using OfSite = std::string (*)(const FrontedSite&);
    using OfBoth = std::string (*)(const Forwarding&, const FrontedSite&);

    std::string_view word;  // on the command line
    std::string (*snippet)(const Forwarding&, const std::vector<FrontedSite>&);

    // Its words for the parts of a site; each is lines, "" where there is nothing to write.
    std::string (*forwarding)(const Forwarding&);  // within the block of port 80
    std::string (*backend)(const Forwarding&);     // beside it
    OfSite redirect;                               // within the block of port 80
    OfSite certificates;                           // within the block of port 443
    OfBoth plain_block, tls_block;                 // whole ones

    // What it calls a block, what the lines for certificates replace there, how it is reloaded.
    std::string_view block, replaced, reload;

    ServerAnswer asked;
    std::vector<ServingPlace> (*serving_places)(std::string_view told,
                                                const model::Identifier& name);
};
const Dialect& dialect_of(FrontServer front);

extern const Dialect nginx_dialect, httpd_dialect, haproxy_dialect;

// How each tells what it serves (served_by.cpp).
std::vector<ServingPlace> nginx_places(std::string_view told, const model::Identifier& name);
std::vector<ServingPlace> httpd_places(std::string_view told, const model::Identifier& name);
std::vector<ServingPlace> haproxy_places(std::string_view told, const model::Identifier& name);

inline std::string no_backend(const Forwarding&) {
    return "";
}

inline std::string waits_for_certificate(const FrontedSite& site) {
    return "# " + site.domain->name() +
           " has no certificate yet. Once 'mdcertd status' says that it has, run this command\n"
           "# again: then the part that serves it follows here.\n";
}

}  // namespace md::admin
