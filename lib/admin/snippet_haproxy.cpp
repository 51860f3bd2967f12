// SPDX-License-Identifier: Apache-2.0
// HAProxy 2.6 takes the key of FILE from FILE.key. Two links for each certificate make the store
// look so: no key is copied anywhere, and a renewal changes nothing about them.
#include "admin/snippet_parts.hpp"

#include <algorithm>

namespace md::admin {
namespace {

using model::RequireHttps;

const std::string link_folder = "/etc/haproxy/mdcertd/";

std::string link_of(const FrontedSite& site, const CertificateFiles& files) {
    return link_folder + site.domain->name() + files.suffix + ".pem";
}

std::string how_to_link(const std::vector<FrontedSite>& sites) {
    std::string text =
        "# HAProxy looks for the key beside the certificate. Once, as root:\n#   mkdir -p " +
        link_folder + "\n";
    for (const FrontedSite& site : sites)
        for (const CertificateFiles& files : site.files)
            text += "#   ln -sfn " + files.certificate + " " + link_of(site, files) +
                    "\n#   ln -sfn " + files.key + " " + link_of(site, files) + ".key\n";
    return text;
}

// "{ hdr(host),field(1,:),lower example.org ... }"
std::string asked_for(const FrontedSite& site) {
    return "{ hdr(host),field(1,:),lower " + names_of(site) + " }";
}

std::string haproxy_redirects(const FrontedSite& site) {
    RequireHttps require = site.domain->settings->require_https;
    if (require == RequireHttps::off)
        return "";
    bool permanent = require == RequireHttps::permanent;
    const std::string begin =
        "    http-request redirect location https://%[hdr(host),field(1,:)]%[capture.req.uri] "
        "code ";
    const std::string whom = " !{ path_beg /.well-known/ } " + asked_for(site) + "\n";
    return begin + (permanent ? "301" : "302") + " if METH_GET" + whom + begin +
           (permanent ? "308" : "307") + " if !METH_GET" + whom;
}

// A path is looked up after HAProxy has changed its root.
std::string address_for_haproxy(const std::string& http) {
    constexpr std::string_view scheme = "unix:";
    if (!http.starts_with(scheme))
        return http;
    const std::string path = http.substr(scheme.size());
    const bool is_inside = path.starts_with(std::string(haproxy_chroot) + "/");
    return "unix@" + (is_inside ? path.substr(haproxy_chroot.size()) : path);
}

std::string note_on_chroot(const std::string& http) {
    if (!http.starts_with("unix:"))
        return "";
    return http.starts_with("unix:" + std::string(haproxy_chroot) + "/")
               ? "    # in the chroot " + std::string(haproxy_chroot) + "\n"
               : "    # where HAProxy has a chroot, the socket has to be in it\n";
}

std::string mdcertd_backend(const Forwarding& to) {
    return "backend mdcertd\n    mode http\n" + note_on_chroot(to.http) + "    server mdcertd " +
           address_for_haproxy(to.http) + (to.http_wants_header ? " send-proxy-v2\n" : "\n");
}

std::string plain_frontend(const Forwarding& to, const std::vector<FrontedSite>& sites) {
    std::string text = "frontend http\n    mode http\n    bind :::80 v4v6\n";
    for (const FrontedSite& site : sites)
        text += haproxy_redirects(site);
    if (!to.http.empty())
        text += "    use_backend mdcertd if { path_beg /.well-known/acme-challenge/ }\n";
    text += "    # default_backend your-site\n";
    if (!to.http.empty())
        text += mdcertd_backend(to);
    return text;
}

std::string haproxy_forwarding(const Forwarding& to) {
    return to.http.empty()
               ? ""
               : "    use_backend mdcertd if { path_beg /.well-known/acme-challenge/ }\n";
}

std::string haproxy_backend(const Forwarding& to) {
    return to.http.empty() ? "" : "# To the end of the file:\n" + mdcertd_backend(to);
}

std::string haproxy_certificates(const FrontedSite& site) {
    std::string text = "    # at the end of its bind line: ssl";
    for (const CertificateFiles& files : site.files)
        text += " crt " + link_of(site, files);
    return how_to_link({site}) + text + " alpn h2,http/1.1\n";
}

// Of port 443, what is a question of the CA goes to mdcertd and all else to the frontend below.
std::string shared_port(const Forwarding& to) {
    return "frontend tls\n    mode tcp\n    bind :::443 v4v6\n"
           "    tcp-request inspect-delay 5s\n"
           "    tcp-request content accept if { req.ssl_hello_type 1 }\n"
           "    use_backend mdcertd-tls if { req.ssl_alpn acme-tls/1 }\n"
           "    default_backend https\n"
           "backend mdcertd-tls\n    mode tcp\n    server mdcertd " +
           to.tls + (to.tls_wants_header ? " send-proxy-v2" : "") +
           "\nbackend https\n    mode tcp\n    server https " + std::string(shared_tls_address) +
           " send-proxy-v2\n";
}

std::string tls_frontend(const Forwarding& to, const std::vector<FrontedSite>& sites) {
    std::string text = "frontend https\n    mode http\n    bind ";
    text += to.tls.empty() ? ":::443 v4v6" : std::string(shared_tls_address) + " accept-proxy";
    text += " ssl";
    for (const FrontedSite& site : sites)
        for (const CertificateFiles& files : site.files)
            if (site.certified)
                text += " crt " + link_of(site, files);
    text += " alpn h2,http/1.1\n";
    for (const FrontedSite& site : sites)
        if (site.certified && site.domain->settings->require_https == RequireHttps::permanent)
            text += "    http-after-response set-header Strict-Transport-Security " +
                    std::string(hsts_value) + " if { ssl_fc_sni " + names_of(site) + " }\n";
    return text + "    # default_backend your-site\n";
}

std::string haproxy_plain_block(const Forwarding& to, const FrontedSite& site) {
    return plain_frontend(to, {site});
}

std::string haproxy_tls_block(const Forwarding& to, const FrontedSite& site) {
    return how_to_link({site}) + tls_frontend(to, {site});
}

std::string haproxy_snippet(const Forwarding& to, const std::vector<FrontedSite>& sites) {
    auto certified = [](const FrontedSite& site) { return site.certified; };
    std::string text = how_to_link(sites) + plain_frontend(to, sites);
    if (!to.tls.empty())
        text += shared_port(to);
    if (std::any_of(sites.begin(), sites.end(), certified))
        text += tls_frontend(to, sites);
    for (const FrontedSite& site : sites)
        if (!site.certified)
            text += waits_for_certificate(site);
    return text;
}

}  // namespace

const Dialect haproxy_dialect = {
    "haproxy",
    haproxy_snippet,
    haproxy_forwarding,
    haproxy_backend,
    haproxy_redirects,
    haproxy_certificates,
    haproxy_plain_block,
    haproxy_tls_block,
    "frontend",
    "crt",
    "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy",
    {"", "", "/etc/haproxy/haproxy.cfg"},
    haproxy_places};

}  // namespace md::admin
