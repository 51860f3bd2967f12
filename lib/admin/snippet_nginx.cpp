// SPDX-License-Identifier: Apache-2.0
#include "admin/snippet_parts.hpp"

namespace md::admin {
namespace {

using model::RequireHttps;

std::string nginx_redirect(RequireHttps require) {
    if (require == RequireHttps::off)
        return "    # Your site, for those who come without TLS: root, proxy_pass, ...\n";
    bool permanent = require == RequireHttps::permanent;
    // As the responder itself: what stands below /.well-known/ is never redirected.
    return std::string(
               "    location ^~ /.well-known/ {\n"
               "        # security.txt and its like, which is not redirected: root, ...\n    }\n"
               "    location / {\n"
               "        if ($request_method !~ ^(GET|HEAD)$) { return ") +
           (permanent ? "308" : "307") +
           " https://$host$request_uri; }\n"
           "        return " +
           (permanent ? "301" : "302") + " https://$host$request_uri;\n    }\n";
}

std::string nginx_forwarding(const Forwarding& to) {
    return to.http.empty() ? ""
                           : "    location /.well-known/acme-challenge/ {\n"
                             "        proxy_pass http://" +
                                 to.http + ";\n        proxy_set_header Host $host;\n    }\n";
}

std::string plain_server(const Forwarding& to, const FrontedSite& site) {
    return "server {\n    listen 80;\n    listen [::]:80;\n    server_name " + names_of(site) +
           ";\n" + nginx_forwarding(to) + nginx_redirect(site.domain->settings->require_https) +
           "}\n";
}

std::string nginx_redirect_within(const FrontedSite& site) {
    RequireHttps require = site.domain->settings->require_https;
    return require == RequireHttps::off
               ? ""
               : "    # In place of its own 'location /':\n" + nginx_redirect(require);
}

std::string nginx_certificates(const FrontedSite& site) {
    std::string text;
    for (const CertificateFiles& files : site.files)
        text += "    ssl_certificate " + files.certificate + ";\n    ssl_certificate_key " +
                files.key + ";\n";
    if (site.domain->settings->require_https == RequireHttps::permanent)
        text += "    add_header Strict-Transport-Security \"" + std::string(hsts_value) +
                "\" always;\n";
    return text;
}

std::string tls_server(const Forwarding& to, const FrontedSite& site) {
    std::string text = "server {\n";
    if (to.tls.empty())
        text += "    listen 443 ssl;\n    listen [::]:443 ssl;\n";
    else
        text += "    listen " + std::string(shared_tls_address) +
                " ssl;  # port 443 arrives here by way of the stream above\n";
    text += "    server_name " + names_of(site) + ";\n" + nginx_certificates(site);
    return text + "    # Your site: root, proxy_pass, ...\n}\n";
}

// Of port 443, what is a question of the CA goes to mdcertd and all else to the servers below.
std::string stream(const Forwarding& to) {
    return "# This part goes to the top level of nginx.conf, outside of http { }.\n"
           "stream {\n"
           "    map $ssl_preread_alpn_protocols $tls_server {\n"
           "        ~\\bacme-tls/1\\b " +
           to.tls + ";\n        default " + std::string(shared_tls_address) +
           ";\n    }\n"
           "    server {\n"
           "        listen 443;\n        listen [::]:443;\n"
           "        ssl_preread on;\n        proxy_pass $tls_server;\n    }\n}\n"
           "# The rest goes into http { }, as a file in conf.d does.\n";
}

std::string nginx_snippet(const Forwarding& to, const std::vector<FrontedSite>& sites) {
    std::string text = to.tls.empty() ? "" : stream(to);
    for (const FrontedSite& site : sites) {
        text += plain_server(to, site);
        text += site.certified ? tls_server(to, site) : waits_for_certificate(site);
    }
    return text;
}

}  // namespace

const Dialect nginx_dialect = {"nginx",
                               nginx_snippet,
                               nginx_forwarding,
                               no_backend,
                               nginx_redirect_within,
                               nginx_certificates,
                               plain_server,
                               tls_server,
                               "server block",
                               "ssl_certificate",
                               "nginx -t && systemctl reload nginx",
                               {"nginx -T", "nginx -T -c \"$FRONT_SERVER_FILE\"", ""},
                               nginx_places};

}  // namespace md::admin
