// SPDX-License-Identifier: Apache-2.0
// Web servers' own files: Debian's httpd configuration, as its package installs it, is read as it
// is, and so is one file for each site in a folder.
#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/scratch.hpp"

#include <nlohmann/json.hpp>

using namespace md::test;

namespace {

const char* const shop_site = R"(
MDContactEmail admin@example.org
MDCertificateAgreement accepted
ManagedDomain shop.example.org

<VirtualHost *:443>
    ServerName shop.example.org
    ServerAlias www.shop.example.org
    SSLEngine on
    DocumentRoot /var/www/html
    CustomLog ${APACHE_LOG_DIR}/access.log combined
    <Location "/admin">
        Require ip 192.0.2.0/24
    </Location>
</VirtualHost>
<VirtualHost *:80>
    ServerName shop.example.org
    Redirect permanent / https://shop.example.org/
</VirtualHost>
)";

// /etc/apache2 of the installed package, to add sites to; links become files.
struct HttpdTree {
    HttpdTree() { fs::copy("/etc/apache2", folder(), fs::copy_options::recursive); }
    fs::path folder() const { return scratch / "apache2"; }
    fs::path main_file() const { return folder() / "apache2.conf"; }
    void enable(const std::string& kind, const std::string& file) const {
        fs::copy_file(folder() / (kind + "-available") / file,
                      folder() / (kind + "-enabled") / file, fs::copy_options::skip_existing);
    }
    Scratch scratch;
};

Outcome mdcertd(std::vector<std::string> arguments, const fs::path& file) {
    arguments.insert(arguments.begin(), MD_BINARY);
    arguments.insert(arguments.end(), {"-c", file.string()});
    return run_command({std::move(arguments)});
}

// The names of each managed domain.
std::vector<std::vector<std::string>> domains_of(const fs::path& file) {
    const auto shown = nlohmann::json::parse(mdcertd({"show-config", "--json"}, file).output);
    std::vector<std::vector<std::string>> all;
    for (const auto& domain : shown.at("domains")) {
        all.emplace_back();
        for (const auto& member : domain.at("names"))
            all.back().push_back(member.at("name"));
    }
    return all;
}

using Domains = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("the stock httpd configuration of Debian passes, and its virtual hosts' names join") {
    const HttpdTree httpd;
    write_file(httpd.folder() / "sites-enabled/shop.conf", shop_site);
    const auto outcome = mdcertd({"check"}, httpd.main_file());
    CHECK(outcome.status == 0);
    CHECK(outcome.errors == "");
    CHECK_THAT(outcome.output, Catch::Contains("1 managed domain"));
    CHECK(domains_of(httpd.main_file()) == Domains{{"shop.example.org", "www.shop.example.org"}});
    CHECK_THAT(mdcertd({"check", "-v"}, httpd.main_file()).output,
               Catch::Contains("apache2.conf:") && Catch::Contains("shop.conf:"));
}

TEST_CASE("with every module and every site of the package enabled it passes as well") {
    const HttpdTree httpd;
    write_file(httpd.folder() / "sites-enabled/shop.conf", shop_site);
    for (const char* kind : {"mods", "sites", "conf"})
        for (const auto& entry :
             fs::directory_iterator(httpd.folder() / (std::string(kind) + "-available")))
            httpd.enable(kind, entry.path().filename());
    const auto outcome = mdcertd({"check"}, httpd.main_file());
    CHECK(outcome.status == 0);
    CHECK(outcome.errors == "");
    CHECK(domains_of(httpd.main_file()) == Domains{{"shop.example.org", "www.shop.example.org"}});
}

TEST_CASE(
    "httpd's configuration is included by a file of ours, and a mistake in it has its place") {
    const HttpdTree httpd;
    const fs::path site = httpd.folder() / "sites-enabled/shop.conf";
    const fs::path ours = httpd.scratch / "mdcertd.conf";
    write_file(site, shop_site);
    write_file(ours, "Include " + httpd.main_file().string() + "\n");
    CHECK(mdcertd({"check"}, ours).status == 0);
    CHECK(domains_of(ours).size() == 1);
    write_file(site, std::string(shop_site) + "ManagedDomain shop.example.org\n");
    const auto outcome = mdcertd({"check"}, ours);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.errors, Catch::Contains(site.string() + ":20:"));
}

TEST_CASE("one file for each site in conf.d is read, beside the configuration we install") {
    const Scratch scratch;
    fs::copy_file(fs::path(MD_SOURCE_DIR) / "config/mdcertd.conf", scratch / "mdcertd.conf");
    const fs::path sites = scratch / "conf.d";
    fs::create_directory(sites);
    write_file(sites / "00-authority.conf",
               "MDContactEmail admin@example.org\nMDCertificateAgreement accepted\n");
    write_file(sites / "example.org.conf", "ManagedDomain example.org www.example.org\n");
    write_file(sites / "shop.conf",
               "<ManagedDomain shop.test>\n    MDRenewWindow 10d\n</ManagedDomain>\n");
    write_file(sites / "shop.conf~", "what an editor leaves behind\n");
    write_file(sites / "off.conf.disabled", "ManagedDomain off.test\n");
    const auto outcome = mdcertd({"check"}, scratch / "mdcertd.conf");
    CHECK(outcome.status == 0);
    CHECK(outcome.errors == "");
    CHECK(domains_of(scratch / "mdcertd.conf") ==
          Domains{{"example.org", "www.example.org"}, {"shop.test"}});
}
