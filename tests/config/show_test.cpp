// SPDX-License-Identifier: Apache-2.0
#include "config/loading.hpp"

#include <nlohmann/json.hpp>

using namespace md;
using namespace md::config;

namespace {

// What two configurations must have in common to ask for the same; where lines stood does not.
void check_same(const model::DesiredState& one, const model::DesiredState& other) {
    CHECK(one.server == other.server);
    REQUIRE(one.domains.size() == other.domains.size());
    for (std::size_t i = 0; i < one.domains.size(); ++i) {
        CHECK(names_of(one.domains[i]) == names_of(other.domains[i]));
        CHECK(one.domains[i].settings == other.domains[i].settings);
        CHECK(one.domains[i].used == other.domains[i].used);
    }
}

void check_round_trip(const Loaded& loaded) {
    std::string text = show_config_text(loaded);
    INFO(text);
    Loaded again = load_text(text);
    CHECK(again.ok());
    check_same(loaded.desired, again.desired);
}

const char* const everything =
    "ServerRoot \"/srv/with blank\"\nMDStoreDir store\nUser certs\nGroup certs\nLogLevel debug\n"
    "Listen 192.0.2.1:80\nListen [2001:db8::1]:443\nMDStatusListen 9180\n"
    "MDStatusListen 127.0.0.2:9181\nMDPortMap 80:5080 443:-\n"
    "MDHealthPath /up\nMDProxyProtocol unix 192.0.2.1 10.0.0.0/8 2001:db8::/32\n"
    "MDNotifyCmd /bin/ready \"two words\" it's \"say \\\"so\\\"\"\nMDRetryDelay 90s\n"
    "MDCheckInterval 6h\nMDMaxParallel 3\nMDOrderRate 100 1h\nMDMembers manual\nMDDriveMode "
    "always\nMDRenewWindow 10%\n"
    "MDPrivateKeys P-256 RSA 3072\nMDMustStaple on\nMDRequireHttps permanent\n"
    "MDCertificateAuthority https://ca.example.org/dir LetsEncrypt\nMDRetryFailover 3\n"
    "MDCertificateAgreement accepted\n"
    "MDContactEmail a@example.org b@example.org\nMDCACertificateFile roots.pem\n"
    "MDCAChallenges http-01 tls-alpn-01\nMDHttpProxy http://proxy:3128\n";

}  // namespace

TEST_CASE("the text of the defaults gives the defaults") {
    check_round_trip(load_good(""));
    check_round_trip(load_good("ManagedDomain example.org\n"));
}

TEST_CASE("the text of everything set gives everything set") {
    check_round_trip(load_good(std::string(everything) + "ManagedDomain example.org\n"));
    check_round_trip(
        load_good(std::string(everything) +
                  "<ManagedDomain a.org b.org>\nMDRenewWindow 3d\nMDMember c.org auto\n"
                  "MDHttpProxy none\n</ManagedDomain>\nManagedDomain d.org\n"));
}

TEST_CASE("the text keeps who is used and who joined") {
    check_round_trip(
        load_text("ManagedDomain a.org\nManagedDomain unused.org\n"
                  "<VirtualHost *:443>\nServerName a.org\nServerAlias www.a.org\n"
                  "ServerAdmin web@a.org\n</VirtualHost>\n"));
    check_round_trip(load_text("ManagedDomain a.org\n<VirtualHost *:80>\n</VirtualHost>\n"));
    check_round_trip(
        load_text("ManagedDomain *.a.org\n<VirtualHost *:443>\n"
                  "ServerName x.a.org\n</VirtualHost>\n"));
}

TEST_CASE("the text tells where each setting comes from") {
    std::string text = show_config_text(load_good(
        "MDRenewWindow 20d\n<ManagedDomain a.org>\nMDMustStaple on\n</ManagedDomain>\n"
        "<VirtualHost *:443>\nServerName a.org\nServerAdmin web@a.org\n</VirtualHost>\n"));
    for (const char* part :
         {"# default\nServerRoot /var/lib/mdcertd\n", "# Listen is not set (default)\n",
          "# a.org: conf:2\n# in use by the virtual host of conf:5\n<ManagedDomain a.org>\n",
          "    # global, conf:1\n    MDRenewWindow 20d\n",
          "    # section, conf:3\n    MDMustStaple on\n",
          "    # virtual host, conf:7\n    MDContactEmail mailto:web@a.org\n",
          "    # default\n    MDDriveMode auto\n",
          "    # MDCertificateAgreement is not set (default)\n"}) {
        INFO(part);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("a proxy's password is shown in neither form") {
    Loaded loaded = load_good("MDHttpProxy http://user:secret@proxy:3128\nManagedDomain a.org\n");
    CHECK(show_config_text(loaded).find("secret") == std::string::npos);
    CHECK(show_config_json(loaded).find("secret") == std::string::npos);
    CHECK(show_config_text(loaded).find("MDHttpProxy http://user:***@proxy:3128\n") !=
          std::string::npos);
    CHECK(load_text(show_config_text(loaded)).ok());
}

TEST_CASE("the JSON has values, origins and names") {
    Loaded loaded = load_text(
        "Listen 80\n<ManagedDomain a.org>\nMDRenewWindow 5d\n"
        "</ManagedDomain>\nManagedDomain b.org\n"
        "<VirtualHost *:443>\nServerName a.org\nServerAlias www.a.org\n"
        "</VirtualHost>\n");
    auto json = nlohmann::json::parse(show_config_json(loaded));
    CHECK(json["server"]["Listen"]["value"] == "80");
    CHECK(json["server"]["Listen"]["origin"]["kind"] == "global");
    CHECK(json["server"]["Listen"]["origin"]["line"] == 1);
    CHECK(json["server"]["MDNotifyCmd"]["value"].is_null());
    REQUIRE(json["domains"].size() == 2);
    auto domain = json["domains"][0];
    CHECK(domain["name"] == "a.org");
    CHECK(domain["names"][1]["name"] == "www.a.org");
    CHECK(domain["names"][1]["line"] == 8);
    CHECK(domain["used"] == true);
    CHECK(domain["used-by"]["name"] == "a.org");
    CHECK(domain["settings"]["MDRenewWindow"]["value"] == "5d");
    CHECK(domain["settings"]["MDRenewWindow"]["origin"]["kind"] == "section");
    CHECK(domain["settings"]["MDDriveMode"]["origin"]["kind"] == "default");
    CHECK(json["domains"][1]["used"] == false);
    CHECK(json["domains"][1]["driven"] == false);
}

TEST_CASE("the JSON survives what is not UTF-8") {
    Loaded loaded = load_good("MDNotifyCmd \"/bin/\xff\xfe\"\n");
    CHECK(nlohmann::json::parse(show_config_json(loaded)).is_object());
}
