// SPDX-License-Identifier: Apache-2.0
// The real certbot, lego, uacme and mod_md obtain certificates, and mdcertd takes their trees over:
// nothing is ordered, nothing is registered, the trees stay as they are.
#include "mod_md_server.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace md::test;
using std::chrono::seconds;

namespace {

struct Machine {
    Machine() : ca(PebbleOptions::calm()), site(ca) {
        write_file(bundle(),
                   read_file("/etc/ssl/certs/ca-certificates.crt") + read_file(ca.ca_file()));
        fs::create_directory(site.directory() / "conf.d");
        site.server_part =
            replaced(site.server_part, "ServerAdmin admin@example.test\n", "User root\n");
        site.configure("IncludeOptional conf.d/*.conf\n");
    }
    fs::path bundle() const { return site.directory() / "bundle.pem"; }
    fs::path tree(const std::string& client) const { return site.directory() / client; }
    fs::path written(const std::string& client) const {
        return site.directory() / "conf.d" / ("imported-" + client + ".conf");
    }
    std::string http() const { return std::to_string(ca.http_port()); }

    void run(std::vector<std::string> command, std::map<std::string, std::string> more = {}) const {
        more["REQUESTS_CA_BUNDLE"] = bundle().string();
        more["LEGO_CA_CERTIFICATES"] = ca.ca_file().string();
        const auto outcome = run_command({std::move(command), std::move(more)}, seconds{120});
        if (outcome.status != 0)
            throw std::runtime_error(outcome.output + outcome.errors + ca.log());
    }
    Outcome import(const std::string& client) const {
        return site.mdcertd({"import", client, tree(client).string(), "--ca", ca.directory_url()});
    }

    Pebble ca;
    Site site;
};

void certbot(Machine& machine) {
    const auto obtain = [&](std::vector<std::string> more) {
        const std::string tree = machine.tree("certbot").string();
        std::vector<std::string> command = {
            "certbot",           "certonly",    "--standalone",
            "--http-01-address", "127.0.0.1",   "--http-01-port",
            machine.http(),      "--server",    machine.ca.directory_url(),
            "--config-dir",      tree,          "--work-dir",
            tree + "-work",      "--logs-dir",  tree + "-log",
            "--non-interactive", "--agree-tos", "--email",
            "admin@example.test"};
        command.insert(command.end(), more.begin(), more.end());
        machine.run(std::move(command));
    };
    obtain({"--key-type", "ecdsa", "-d", "one.test", "-d", "www.one.test"});
    obtain({"--key-type", "rsa", "-d", "two.test", "--deploy-hook", "true reload"});
}

void lego(Machine& machine) {
    const auto obtain = [&](const std::string& type, const std::vector<std::string>& names) {
        std::vector<std::string> command = {"lego",
                                            "--server",
                                            machine.ca.directory_url(),
                                            "--accept-tos",
                                            "--email",
                                            "admin@example.test",
                                            "--path",
                                            machine.tree("lego").string(),
                                            "--key-type",
                                            type,
                                            "--http",
                                            "--http.port",
                                            "127.0.0.1:" + machine.http()};
        for (const std::string& name : names)
            command.insert(command.end(), {"--domains", name});
        command.push_back("run");
        machine.run(std::move(command));
    };
    obtain("ec256", {"one.test", "www.one.test"});
    obtain("rsa2048", {"two.test"});
}

// It trusts the system's bundle alone, and has no server of its own.
void uacme(Machine& machine) {
    const fs::path here = machine.site.directory(), web = here / "web";
    fs::create_directories(web / ".well-known/acme-challenge");
    for (const fs::path& way : {here, web, web / ".well-known", web / ".well-known/acme-challenge"})
        fs::permissions(way, fs::perms::others_read | fs::perms::others_exec,
                        fs::perm_options::add);
    write_file(here / "web.conf",
               "daemon off; pid " + here.string() + "/web.pid; error_log " + here.string() +
                   "/web.log;\nevents {}\nhttp { access_log off; server { listen 127.0.0.1:" +
                   machine.http() + "; root " + web.string() + "; } }\n");
    Process server(
        Command{{"nginx", "-c", (here / "web.conf").string(), "-e", (here / "web.log").string()}},
        here / "web.output");
    REQUIRE(server.wait_for_port(machine.ca.http_port(), seconds{20}));
    const auto run = [&](std::vector<std::string> more) {
        std::vector<std::string> command = {"unshare", "--mount"};
        if (getuid() != 0)
            command.push_back("--map-root-user");
        command.insert(command.end(),
                       {"sh", "-ec",
                        "mount --bind \"$0\" /etc/ssl/certs/ca-certificates.crt\nexec uacme \"$@\"",
                        machine.bundle().string(), "--acme-url", machine.ca.directory_url(),
                        "--confdir", machine.tree("uacme").string()});
        command.insert(command.end(), more.begin(), more.end());
        machine.run(std::move(command),
                    {{"UACME_CHALLENGE_PATH", (web / ".well-known/acme-challenge").string()}});
    };
    const std::string hook = "/usr/share/uacme/uacme.sh";
    run({"--yes", "new", "admin@example.test"});
    run({"--hook", hook, "--type", "EC", "--bits", "256", "issue", "one.test", "www.one.test"});
    run({"--hook", hook, "--type", "RSA", "--bits", "2048", "issue", "two.test"});
}

void mod_md(Machine& machine) {
    ModMdServer httpd(machine.site, machine.ca);
    httpd.configure(
        "<MDomainSet one.test>\n    MDMember www.one.test\n    MDPrivateKeys P-256\n"
        "</MDomainSet>\nMDomain two.test\n" +
        httpd.virtual_host("one.test", "www.one.test") + httpd.virtual_host("two.test"));
    httpd.start();
    const bool obtained =
        httpd.obtains("one.test", seconds{60}) && httpd.obtains("two.test", seconds{60});
    INFO(httpd.said());
    REQUIRE(obtained);
    httpd.graceful();
    httpd.stop();
    fs::rename(machine.site.store(), machine.tree("mod_md"));
}

// All of a tree: what is in its files, where its links lead.
std::map<std::string, std::string> contents(const fs::path& tree) {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(tree))
        all[entry.path().string()] = entry.is_symlink() ? fs::read_symlink(entry.path()).string()
                                     : entry.is_regular_file() ? read_file(entry.path())
                                                               : "";
    return all;
}

std::string fingerprint(const fs::path& certificate) {
    return run_command({{"openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in",
                         certificate.string()}})
        .output;
}

struct Row {
    const char* client;
    void (*make)(Machine&);
    const char* certificate;  // of one.test, below the tree
    bool keeps_account_url;
};

}  // namespace

TEST_CASE("an account that its former client gives up after the import is replaced", "[slow]") {
    Machine machine;
    certbot(machine);
    REQUIRE(machine.import("certbot").status == 0);
    const std::string tree = machine.tree("certbot").string();
    machine.run({"certbot", "unregister", "--server", machine.ca.directory_url(), "--config-dir",
                 tree, "--work-dir", tree + "-work", "--logs-dir", tree + "-log",
                 "--non-interactive"});
    const unsigned accounts = machine.ca.accounts();
    const auto renewed = machine.site.mdcertd({"renew", "one.test"});
    INFO(renewed.errors);
    CHECK(renewed.status == 0);
    CHECK_THAT(renewed.errors, Catch::Contains("deactivated or revoked"));
    CHECK(machine.site.verify("one.test", "www.one.test", ".p-256") == "");
    CHECK(machine.ca.accounts() == accounts + 1);
    CHECK(machine.site.mdcertd({"renew", "two.test"}).status == 0);
    CHECK(machine.ca.accounts() == accounts + 1);
}

TEST_CASE("what certbot, lego, uacme and mod_md keep is taken over: no order, no new account",
          "[slow]") {
    const auto row = GENERATE(Row{"certbot", certbot, "live/one.test/fullchain.pem", true},
                              Row{"lego", lego, "certificates/one.test.crt", true},
                              Row{"uacme", uacme, "one.test/cert.pem", false},
                              Row{"mod_md", mod_md, "domains/one.test/pubcert.p-256.pem", true});
    INFO(row.client);
    Machine machine;
    const Site& site = machine.site;
    row.make(machine);
    const auto before = contents(machine.tree(row.client));
    const unsigned orders = machine.ca.requests("/order-plz");
    const unsigned registrations = machine.ca.requests("/sign-me-up");
    const unsigned accounts = machine.ca.accounts();

    const auto imported = machine.import(row.client);
    INFO(imported.output << imported.errors << read_file(machine.written(row.client)));
    REQUIRE(imported.status == 0);
    CHECK(imported.errors == "");
    CHECK_THAT(imported.output,
               Catch::Contains("  one.test www.one.test: P-256, valid until") &&
                   Catch::Contains("  two.test: RSA 2048, valid until") &&
                   Catch::Contains("the account at " + machine.ca.directory_url()));
    CHECK(imported.output.find("Not taken over") == std::string::npos);
    const auto checked = site.mdcertd({"check"});
    CHECK(checked.status == 0);
    // Of the ports alone, which the kernel picked above 1024.
    CHECK(occurrences(checked.errors, "warning: ") ==
          occurrences(checked.errors, "any local user can listen on port "));
    CHECK(occurrences(checked.errors, "error: ") == 0);
    CHECK_THAT(checked.output, Catch::Contains("2 managed domains"));
    CHECK(site.fingerprint("one.test", ".p-256") ==
          fingerprint(machine.tree(row.client) / row.certificate));

    const auto once = site.mdcertd({"once"});
    INFO(once.errors);
    CHECK(once.status == 0);
    CHECK(site.status_of("one.test").at("state") == site.status_of("two.test").at("state"));
    CHECK(site.verify("one.test", "www.one.test", ".p-256") == "");
    CHECK(site.verify("two.test", "two.test") == "");
    CHECK(site.key_matches("one.test", ".p-256"));
    CHECK(site.key_matches("two.test"));
    CHECK(machine.ca.requests("/order-plz") == orders);
    CHECK(machine.ca.requests("/sign-me-up") == registrations);
    CHECK(contents(machine.tree(row.client)) == before);

    // It is renewed with the account that it had.
    const auto renewed = site.mdcertd({"renew", "one.test"});
    INFO(renewed.errors);
    CHECK(renewed.status == 0);
    CHECK(machine.ca.requests("/order-plz") == orders + 1);
    CHECK(machine.ca.requests("/sign-me-up") ==
          registrations + (row.keeps_account_url ? 0 : 1));  // asked for, by its key
    CHECK(machine.ca.accounts() == accounts);
}

TEST_CASE("nothing is taken over twice, over what is there, or beside a running daemon", "[slow]") {
    Machine machine;
    const Site& site = machine.site;
    uacme(machine);
    const auto own = site.mdcertd({"import", "mod_md", site.store().string()});
    CHECK(own.status == 1);

    const auto daemon = machine.site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    const auto beside = machine.import("uacme");
    CHECK(beside.status == 1);
    CHECK_THAT(beside.errors, Catch::Contains("is in use by the mdcertd daemon, process " +
                                              std::to_string(daemon->pid())));
    CHECK_FALSE(fs::exists(machine.written("uacme")));
    CHECK(daemon->stop(seconds{5}) == 0);

    CHECK_THAT(site.mdcertd({"import", "mod_md", site.store().string()}).errors,
               Catch::Contains("is the store of mdcertd itself"));
    write_file(machine.written("uacme"), "# mine\n");
    const auto there = machine.import("uacme");
    CHECK(there.status == 1);
    CHECK_THAT(there.errors, Catch::Contains("is there already: move it away"));
    CHECK(read_file(machine.written("uacme")) == "# mine\n");
    CHECK_FALSE(fs::exists(site.live("one.test", "")));
    fs::remove(machine.written("uacme"));

    REQUIRE(machine.import("uacme").status == 0);
    const auto first = contents(site.store());
    const auto again = machine.import("uacme");
    CHECK(again.status == 1);  // its file is there
    fs::remove(machine.written("uacme"));
    const auto third = machine.import("uacme");
    CHECK(third.status == 0);
    CHECK_THAT(third.output, Catch::Contains("one.test www.one.test: held already, left as it is"));
    auto last = contents(site.store());
    CHECK(last == first);

    CHECK(site.mdcertd({"import", "caddy", "/tmp"}).status == 2);
    const auto nowhere = site.mdcertd({"import", "certbot", "/nowhere"});
    CHECK(nowhere.status == 1);
    CHECK_THAT(nowhere.errors, Catch::Contains("there is no directory /nowhere"));
    fs::create_directory(site.directory() / "empty");
    const auto nothing = site.mdcertd({"import", "certbot", (site.directory() / "empty").string()});
    CHECK(nothing.status == 1);
    CHECK_THAT(nothing.output, Catch::Contains("nothing that could be taken over"));
}

TEST_CASE("what root takes over belongs to the owner of the store, and is for him alone",
          "[slow]") {
    const passwd* user = getpwnam("www-data");
    if (getuid() != 0 || user == nullptr) {
        WARN("not tried: only root takes over for another account");
        return;
    }
    Machine machine;
    Site& site = machine.site;
    uacme(machine);
    fs::permissions(site.directory(), fs::perms::owner_all | fs::perms::others_exec);
    site.server_part = replaced(site.server_part, "User root\n", "User www-data\nGroup www-data\n");
    site.configure("IncludeOptional conf.d/*.conf\n");
    const auto imported = machine.import("uacme");
    INFO(imported.errors);
    REQUIRE(imported.status == 0);
    for (const auto& entry : fs::recursive_directory_iterator(site.store().parent_path())) {
        INFO(entry.path());
        struct stat status {};
        REQUIRE(::stat(entry.path().c_str(), &status) == 0);
        CHECK(status.st_uid == user->pw_uid);
        CHECK(status.st_gid == user->pw_gid);
        if (entry.is_directory())
            CHECK((status.st_mode & 0777) == 0700);
        if (entry.path().filename().string().starts_with("privkey") ||
            entry.path().filename() == "account.pem")
            CHECK((status.st_mode & 0777) == 0600);
    }
    struct stat status {};
    REQUIRE(::stat(machine.written("uacme").c_str(), &status) == 0);
    CHECK(status.st_uid == 0);
}
