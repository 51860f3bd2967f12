// SPDX-License-Identifier: Apache-2.0
// A store that Debian's httpd wrote is taken over, and httpd serves from a store that mdcertd
// keeps.
#include "mod_md_server.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <grp.h>
#include <sstream>
#include <unistd.h>

using namespace md::test;
using std::chrono::seconds;

namespace {

// A machine on which httpd kept its certificates itself so far.
struct Machine {
    explicit Machine(PebbleOptions options = PebbleOptions::calm())
        : ca(std::move(options)), site(ca), httpd(site, ca) {}

    // mdcertd reads the sites of httpd as they are; only what is its own stands in its file. With a
    // port of its own it is behind httpd.
    void configure_mdcertd(const std::string& more, const ReservedPort* behind = nullptr) const {
        std::string own = replaced(site.server_part, "ServerAdmin admin@example.test\n", "");
        own.resize(own.find("MDCertificateAgreement"));
        const auto ports = site.server_part.find("MDPortMap");
        std::string ends = site.server_part.substr(ports);
        if (behind != nullptr) {
            const std::string port = std::to_string(behind->number());
            ends = "MDPortMap 80:" + port + " 443:-\nListen 127.0.0.1:" + port + "\n";
        }
        write_file(site.config_file(), own + "User root\n" + ends + more + "Include " +
                                           httpd.shared_file().string() + "\n");
    }
    std::string the_site() const {
        return "MDomain one.test www.one.test\n" + httpd.virtual_host("one.test", "www.one.test");
    }
    std::string account_key() const {
        return read_file(site.store() / "accounts/ACME-localhost-0000/account.pem");
    }

    Pebble ca;
    Site site;
    ModMdServer httpd;
};

// The commands that packaging/README.md has behind that heading, each with its lines.
std::vector<std::string> commands_behind(const std::string& heading) {
    const std::string readme = read_file(fs::path(MD_SOURCE_DIR) / "packaging/README.md");
    const auto begin = readme.find("```console\n", readme.find("\n" + heading + "\n"));
    std::istringstream lines(readme.substr(begin, readme.find("\n```\n", begin) - begin));
    std::vector<std::string> commands;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line))
        if (line.starts_with("$ "))
            commands.push_back(line.substr(2));
        else
            commands.back() += "\n" + line;
    return commands;
}

// The package as it is after its installation, on a machine with httpd: a daemon without a domain,
// which has made its store. Every path of the document lies below the folder of the site.
struct Installed {
    explicit Installed(Machine& machine) : site(machine.site), here(site.directory().string()) {
        const std::string ca = machine.ca.ca_file().string();
        make_socket_folder();
        for (const char* folder : {"bin", "etc/mdcertd/conf.d", "etc/apache2/sites-enabled"})
            fs::create_directories(site.directory() / folder);
        write_script(site.directory() / "bin/sudo", "#!/bin/sh\nexec \"$@\"\n");
        write_script(site.directory() / "bin/mdcertd", "#!/bin/sh\nexec " MD_BINARY " \"$@\" -c " +
                                                           site.config_file().string() + "\n");
        write_file(site.config_file(), "ServerRoot " + here + "/own\nUser root\nIncludeOptional " +
                                           here + "/etc/mdcertd/conf.d/*.conf\n");
        write_file(site.directory() / "etc/apache2/sites-enabled/one.conf",
                   "MDCertificateAuthority " + machine.ca.directory_url() +
                       "\nMDCACertificateFile " + ca + "\nMDCertificateAgreement accepted\n" +
                       machine.the_site());
        start();
    }
    // As systemd does, but for the socket in it, which the daemon then makes for the same group.
    void make_socket_folder() const {
        const fs::path folder = site.directory() / "run/mdcertd";
        fs::create_directories(folder);
        const group* account = getgrnam("www-data");
        if (getuid() == 0 && account != nullptr)
            REQUIRE(chown(folder.c_str(), 0, account->gr_gid) == 0);
    }
    void start() {
        daemon = site.run();
        REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    }
    void run(std::string command) {
        if (command == "sudo systemctl start mdcertd")
            return start();
        if (command == "sudo systemctl stop mdcertd") {
            CHECK(daemon->stop(seconds{5}) == 0);
            return;
        }
        for (const char* place : {"/etc/", "/var/lib/", "/run/"})
            command = replaced(command, place, here + place);
        command = replaced(command, "/usr/lib/mdcertd/", MD_SOURCE_DIR "/packaging/hooks/");
        const auto outcome = run_command({{"sh", "-c", "PATH=" + here + "/bin:$PATH\n" + command}});
        INFO(command << outcome.output << outcome.errors);
        CHECK(outcome.status == 0);
        CHECK(outcome.errors == "");
    }

    Site& site;
    std::string here;
    std::unique_ptr<Process> daemon;
};

std::string next_of(const Site& site, const std::string& name) {
    const auto outcome = site.mdcertd({"status", name});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
    return outcome.output;
}

}  // namespace

TEST_CASE("a store that httpd wrote is taken over: same account, no order, renewed on its time",
          "[slow]") {
    PebbleOptions options = PebbleOptions::calm();
    options.validity_seconds = 120;
    Machine place(options);
    place.httpd.configure(place.the_site());
    place.httpd.start();
    const bool obtained = place.httpd.obtains("one.test", seconds{60});
    INFO(place.httpd.said() << place.ca.log());
    REQUIRE(obtained);
    place.httpd.graceful();
    const std::string first = place.site.fingerprint("one.test");
    CHECK(place.httpd.served("one.test") == first);
    place.httpd.stop();
    const std::string key = place.account_key();
    const unsigned accounts = place.ca.requests("/sign-me-up");
    const unsigned orders = place.ca.requests("/order-plz");
    REQUIRE(key != "");

    place.configure_mdcertd("");
    const auto once = place.site.mdcertd({"once"});
    INFO(once.errors);
    CHECK(once.status == 0);
    CHECK(place.site.fingerprint("one.test") == first);
    CHECK(place.ca.requests("/order-plz") == orders);
    CHECK_THAT(next_of(place.site, "one.test"), Catch::Contains("33%"));

    // Due: half of its life is over long before that of the window.
    place.configure_mdcertd("MDRenewWindow 90%\n");
    const auto daemon = place.site.run();
    const bool renewed = place.site.wait_for_notified(*daemon, "one.test", seconds{90});
    INFO(daemon->output());
    REQUIRE(renewed);
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(place.site.fingerprint("one.test") != first);
    CHECK(place.site.verify("one.test", "www.one.test") == "");
    CHECK(place.ca.requests("/order-plz") == orders + 1);
    CHECK(place.ca.requests("/sign-me-up") == accounts);
    CHECK(place.ca.accounts() == 1);
    CHECK(place.account_key() == key);
}

TEST_CASE("the documented commands take the store of httpd over: same account, certificate and key",
          "[slow]") {
    Machine place;
    place.httpd.configure(place.the_site());
    place.httpd.start();
    const bool obtained = place.httpd.obtains("one.test", seconds{60});
    INFO(place.httpd.said() << place.ca.log());
    REQUIRE(obtained);
    place.httpd.graceful();
    place.httpd.stop();
    const unsigned accounts = place.ca.requests("/sign-me-up");
    const unsigned orders = place.ca.requests("/order-plz");

    Installed installed(place);
    fs::rename(place.site.store(), place.site.directory() / "etc/apache2/md");
    const auto commands = commands_behind("## From mod_md, and back");
    REQUIRE(commands.size() >= 4);
    for (const std::string& command : commands)
        installed.run(command);
    INFO(installed.daemon->output());
    const fs::path theirs = place.site.directory() / "etc/apache2/md/domains/one.test";
    const fs::path ours = place.site.directory() / "own/md/domains/one.test";
    for (const char* file : {"pubcert.pem", "privkey.pem"})
        CHECK(read_file(ours / file) == read_file(theirs / file));
    CHECK(read_file(ours / "privkey.pem") != "");
    CHECK(place.site.status_of("one.test").at("state") == "valid");
    CHECK(place.ca.requests("/order-plz") == orders);
    CHECK(place.ca.requests("/sign-me-up") == accounts);

    // httpd passes the CA's questions on to the socket as the snippet has it. There is no httpd
    // that the hook could tell.
    const auto snippet = place.site.mdcertd({"snippet", "httpd", "one.test"});
    CHECK(snippet.errors == "");
    const auto line = snippet.output.find("ProxyPass");
    REQUIRE(line != std::string::npos);
    place.httpd.configure(
        place.the_site() + "MDRenewMode manual\n",
        snippet.output.substr(line, snippet.output.find('\n', line) - line) + "\n");
    place.httpd.start();
    place.site.mdcertd({"renew", "one.test"});
    CHECK(place.ca.requests("/order-plz") == orders + 1);
    CHECK(place.ca.requests("/sign-me-up") == accounts);
    CHECK(read_file(ours / "pubcert.pem") != read_file(theirs / "pubcert.pem"));
    CHECK(installed.daemon->stop(seconds{5}) == 0);
}

TEST_CASE("what httpd had obtained and not yet taken up is used, with its account", "[slow]") {
    Machine place;
    place.httpd.configure(place.the_site());
    place.httpd.start();
    const bool obtained = place.httpd.obtains("one.test", seconds{60});
    INFO(place.httpd.said() << place.ca.log());
    REQUIRE(obtained);
    place.httpd.stop();
    const unsigned accounts = place.ca.requests("/sign-me-up");
    const unsigned orders = place.ca.requests("/order-plz");

    place.configure_mdcertd("");
    const auto once = place.site.mdcertd({"once"});
    INFO(once.errors);
    CHECK(once.status == 0);
    CHECK(place.site.verify("one.test", "www.one.test") == "");
    CHECK(place.ca.requests("/order-plz") == orders);
    CHECK(place.ca.requests("/sign-me-up") == accounts);
    REQUIRE(place.site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK(place.ca.requests("/sign-me-up") == accounts);
    CHECK(place.ca.accounts() == 1);
}

TEST_CASE("httpd with MDRenewMode manual serves what mdcertd renews, after a graceful reload",
          "[slow]") {
    Machine place;
    const ReservedPort own;
    // mod_md alone reads this.
    place.httpd.configure(
        place.the_site() + "<IfModule !mdcertd>\n    MDRenewMode manual\n</IfModule>\n",
        "ProxyPass /.well-known/acme-challenge/ http://127.0.0.1:" + std::to_string(own.number()) +
            "/.well-known/acme-challenge/\n");
    place.configure_mdcertd(
        "MDNotifyCmd " + std::string(MD_SOURCE_DIR) +
            "/packaging/hooks/reload httpd=" + place.httpd.config_file().string() + "\n",
        &own);
    const auto daemon = place.site.run();
    place.httpd.start();
    const bool first = daemon->wait_for_output("notified domain=one.test", seconds{60});
    INFO(daemon->output() << place.httpd.said());
    REQUIRE(first);
    const std::string former = place.site.fingerprint("one.test");
    CHECK(place.httpd.serves("one.test", former, seconds{20}));

    REQUIRE(place.site.mdcertd({"renew", "one.test"}).status == 0);
    REQUIRE(daemon->wait_for_output("notified domain=one.test", seconds{60}, 2));
    const std::string renewed = place.site.fingerprint("one.test");
    CHECK(renewed != former);
    CHECK(place.httpd.serves("one.test", renewed, seconds{20}));
    CHECK(place.httpd.served("www.one.test") == renewed);
    // httpd has asked the CA for nothing.
    CHECK(place.ca.accounts() == 1);
    CHECK(place.ca.requests("/sign-me-up") == 1);
    CHECK(place.ca.requests("/order-plz") == 2);
    CHECK(daemon->stop(seconds{5}) == 0);
}
