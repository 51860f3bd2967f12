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

std::string httpd_forwarding(const Forwarding& to) {
    const std::string path = "/.well-known/acme-challenge/";
    if (to.http.empty())
        return "";
    const bool is_socket = to.http.starts_with("unix:");
    const std::string target = is_socket ? to.http + "|http://localhost" : "http://" + to.http;
    return "    ProxyPass \"" + path + "\" \"" + target + path + "\"\n";
}

std::string plain_host(const Forwarding& to, const FrontedSite& site) {
    return "<VirtualHost *:80>\n" + server_names(site) + httpd_forwarding(to) +
           httpd_redirect(site.domain->settings->require_https) + "</VirtualHost>\n";
}

std::string httpd_redirect_within(const FrontedSite& site) {
    RequireHttps require = site.domain->settings->require_https;
    return require == RequireHttps::off ? "" : httpd_redirect(require);
}

std::string httpd_certificates(const FrontedSite& site) {
    std::string text = "    SSLEngine on\n";
    for (const CertificateFiles& files : site.files)
        text += "    SSLCertificateFile " + files.certificate + "\n    SSLCertificateKeyFile " +
                files.key + "\n";
    if (site.domain->settings->require_https == RequireHttps::permanent)
        text +=
            "    Header always set Strict-Transport-Security \"" + std::string(hsts_value) + "\"\n";
    return text;
}

std::string tls_host(const FrontedSite& site) {
    return "<VirtualHost *:443>\n" + server_names(site) + httpd_certificates(site) +
           "    # Your site: DocumentRoot, ProxyPass, ...\n</VirtualHost>\n";
}

std::string httpd_tls_block(const Forwarding&, const FrontedSite& site) {
    return tls_host(site);
}

std::string httpd_snippet(const Forwarding& to, const std::vector<FrontedSite>& sites) {
    std::string text = "# Once: a2enmod ssl proxy_http rewrite headers\n";
    for (const FrontedSite& site : sites) {
        text += plain_host(to, site);
        text += site.certified ? tls_host(site) : waits_for_certificate(site);
    }
    return text;
}

}  // namespace

const Dialect httpd_dialect = {"httpd",
                               httpd_snippet,
                               httpd_forwarding,
                               no_backend,
                               httpd_redirect_within,
                               httpd_certificates,
                               plain_host,
                               httpd_tls_block,
                               "VirtualHost",
                               "SSLCertificateFile",
                               "apachectl configtest && systemctl reload apache2",
                               {"apachectl -S", "apache2 -f \"$FRONT_SERVER_FILE\" -S", ""},
                               httpd_places};

}  // namespace md::admin
