// SPDX-License-Identifier: Apache-2.0
#include "admin/snippet_parts.hpp"

namespace md::admin {
namespace {

using model::RequireHttps;

std::string server_names(const FrontedSite& site) {
    std::string text = "    ServerName " + site.domain->name() + "\n";
    if (site.domain->members.size() > 1)
        text += "    ServerAlias " + names_of(site, 1) + "\n";
    return text;
}

std::string httpd_redirect(RequireHttps require) {
    if (require == RequireHttps::off)
        return "    # Your site, for those who come without TLS: DocumentRoot, ProxyPass, ...\n";
    bool permanent = require == RequireHttps::permanent;
    const std::string rule =
        "    RewriteRule ^/(?!\\.well-known/) https://%{SERVER_NAME}%{REQUEST_URI} [NE,L,R=";
    return "    RewriteEngine on\n"
           "    RewriteCond %{REQUEST_METHOD} ^(GET|HEAD)$\n" +
           rule + (permanent ? "301" : "302") + "]\n" + rule + (permanent ? "308" : "307") + "]\n";
}

std::string plain_host(const Forwarding& to, const FrontedSite& site) {
    const std::string path = "/.well-known/acme-challenge/";
    std::string text = "<VirtualHost *:80>\n" + server_names(site);
    const bool is_socket = to.http.starts_with("unix:");
    const std::string target = is_socket ? to.http + "|http://localhost" : "http://" + to.http;
    if (!to.http.empty())
        text += "    ProxyPass \"" + path + "\" \"" + target + path + "\"\n";
    return text + httpd_redirect(site.domain->settings->require_https) + "</VirtualHost>\n";
}

std::string tls_host(const FrontedSite& site) {
    std::string text = "<VirtualHost *:443>\n" + server_names(site) + "    SSLEngine on\n";
    for (const CertificateFiles& files : site.files)
        text += "    SSLCertificateFile " + files.certificate + "\n    SSLCertificateKeyFile " +
                files.key + "\n";
    if (site.domain->settings->require_https == RequireHttps::permanent)
        text +=
            "    Header always set Strict-Transport-Security \"" + std::string(hsts_value) + "\"\n";
    return text + "    # Your site: DocumentRoot, ProxyPass, ...\n</VirtualHost>\n";
}

}  // namespace

std::string httpd_snippet(const Forwarding& to, const std::vector<FrontedSite>& sites) {
    std::string text = "# Once: a2enmod ssl proxy_http rewrite headers\n";
    for (const FrontedSite& site : sites) {
        text += plain_host(to, site);
        text += site.certified ? tls_host(site) : waits_for_certificate(site);
    }
    return text;
}

}  // namespace md::admin
