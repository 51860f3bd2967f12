// SPDX-License-Identifier: Apache-2.0
// The command line's contract, and the honesty of the files we ship.
#include "site.hpp"
#include "support/catch.hpp"
#include "support/documents.hpp"

#include <nlohmann/json.hpp>

using namespace md::test;

namespace {

Outcome mdcertd(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MD_BINARY);
    return run_command({std::move(arguments)});
}

void check_is_clean(const fs::path& file) {
    const auto outcome = mdcertd({"check", "-c", file.string()});
    INFO(file << ":\n" << read_file(file));
    CHECK(outcome.status == 0);
    CHECK(outcome.errors == "");
}

}  // namespace

TEST_CASE("every configuration in README and the other documents loads without a diagnostic") {
    const Scratch scratch;
    CHECK_FALSE(code_blocks(fs::path(MD_SOURCE_DIR) / "README.md", "conf").empty());
    for (const fs::path& document : documents())
        for (const std::string& block : code_blocks(document, "conf")) {
            // The hook of the package is where it is installed; here it is where it is made.
            write_file(scratch / "readme.conf",
                       replaced(block, "/usr/lib/mdcertd/", MD_SOURCE_DIR "/packaging/hooks/"));
            check_is_clean(scratch / "readme.conf");
        }
}

// The sites of this machine's httpd are none of the examples'.
TEST_CASE("every configuration we ship loads without a diagnostic") {
    const Scratch scratch;
    const std::string sites = "/etc/apache2/sites-enabled/";
    write_file(scratch / "site.conf",
               "<VirtualHost *:443>\nServerName example.org\nSSLEngine on\n</VirtualHost>\n");
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(MD_SOURCE_DIR) / "config")) {
        if (entry.path().extension() != ".conf")
            continue;
        std::string text = read_file(entry.path());
        text = replaced(text, sites + "*.conf", (scratch / "site.conf").string());
        // The folder that systemd makes for the socket.
        text = replaced(text, "/run/mdcertd", scratch.path().string());
        write_file(scratch / "example", text);
        check_is_clean(text == read_file(entry.path()) ? entry.path() : scratch / "example");
    }
}

TEST_CASE("a wrong command line is exit status 2 and says so on standard error") {
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {}, {"dance"}, {"once", "--fast"}, {"renew"}, {"check", "-c"}}) {
        const auto outcome = mdcertd(arguments);
        CHECK(outcome.status == 2);
        CHECK(outcome.errors != "");
        CHECK(outcome.output == "");
    }
}

TEST_CASE("a word that is misspelt is told, with the one that is meant") {
    CHECK_THAT(mdcertd({"staus"}).errors,
               Catch::Contains("no command 'staus': did you mean 'status'?"));
    CHECK_THAT(mdcertd({"-c", "x", "reneww", "a.test"}).errors,
               Catch::Contains("did you mean 'renew'?"));
    CHECK_THAT(mdcertd({"status", "--jsn"}).errors,
               Catch::Contains("status has no option --jsn: did you mean '--json'?"));
    CHECK_THAT(mdcertd({"juggle"}).errors,
               Catch::Contains("no command 'juggle'") && !Catch::Contains("did you mean"));
}

TEST_CASE("the configuration file is named before the command or after it") {
    const Scratch scratch;
    const std::string file = (scratch / "x.conf").string();
    write_file(file, "ServerRoot " + scratch.path().string() +
                         "\nMDCertificateAgreement accepted\nManagedDomain one.test\n");
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"-c", file, "check"}, {"check", "-c", file}, {"--config=" + file, "check"}}) {
        const auto outcome = mdcertd(arguments);
        CHECK(outcome.status == 0);
        CHECK_THAT(outcome.output, Catch::StartsWith(file + ": fine"));
    }
}

TEST_CASE("version and help are asked for without a configuration") {
    CHECK_THAT(mdcertd({"--version"}).output, Catch::Contains(MDCERTD_VERSION));
    const auto help = mdcertd({"--help"});
    CHECK(help.status == 0);
    for (const char* command : {"run", "once", "check", "show-config", "status", "renew"})
        CHECK_THAT(help.output, Catch::Contains(command));
}

TEST_CASE("a configuration with a mistake is shown by place, and nothing starts on it") {
    const Scratch scratch;
    const fs::path file = scratch / "bad.conf";
    write_file(file, "ServerRoot " + scratch.path().string() +
                         "\nManagedDomain one.test\nMDPrivateKeys RSA 1024\n");
    for (const char* command : {"check", "run", "once"}) {
        const auto outcome = mdcertd({command, "-c", file.string()});
        // The unit does not start the daemon again after 78, EX_CONFIG of sysexits.h.
        CHECK(outcome.status == (std::string(command) == "run" ? 78 : 1));
        CHECK_THAT(outcome.errors,
                   Catch::Contains(file.string() + ":3:") && Catch::Contains("error:"));
    }
    CHECK_FALSE(fs::exists(scratch / "md"));
}

TEST_CASE("a mistake in a file that is included twice is told once") {
    const Scratch scratch;
    write_file(scratch / "part.conf", "MDPrivateKeys RSA 1024\n");
    const std::string include = "Include " + (scratch / "part.conf").string() + "\n";
    write_file(scratch / "x.conf", "ManagedDomain one.test\n" + include + include);
    const auto outcome = mdcertd({"check", "-c", (scratch / "x.conf").string()});
    CHECK(outcome.status == 1);
    CHECK(occurrences(outcome.errors, "part.conf:1:") == 1);
    CHECK_THAT(outcome.output, Catch::Contains(": 1 error, "));
}

TEST_CASE("a file that is not there is an error that names it") {
    const auto outcome = mdcertd({"check", "-c", "/nonexistent/mdcertd.conf"});
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.errors, Catch::Contains("/nonexistent/mdcertd.conf"));
}

TEST_CASE("status tells what is held, until when, and what comes next, to people and programs") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(
        "ManagedDomain one.test www.one.test\nManagedDomain two.test manual\nMDDriveMode auto\n");
    const auto before = site.mdcertd({"status"});
    CHECK(before.status == 0);
    CHECK_THAT(before.output, Catch::Contains("one.test"));
    CHECK(site.status_of("one.test").at("domains") == nlohmann::json({"one.test", "www.one.test"}));

    REQUIRE(site.mdcertd({"once"}).status == 0);
    const auto one = site.status_of("one.test");
    CHECK(one.at("cert").at("rsa").contains("serial"));
    CHECK(one.at("cert").at("rsa").at("valid").contains("until"));
    CHECK(one.at("next-action").contains("reason"));
    const auto chosen = site.mdcertd({"status", "two.test"});
    CHECK_THAT(chosen.output, Catch::Contains("two.test") && !Catch::Contains("one.test"));
    CHECK(site.mdcertd({"status", "unknown.test"}).status == 1);
}

TEST_CASE("status of one name tells its whole story, log what happened to it") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(
        "MDPrivateKeys P-256\nManagedDomain one.test www.one.test\n"
        "ManagedDomain two.test\n");
    CHECK_THAT(site.mdcertd({"log", "one.test"}).output,
               Catch::Contains("nothing has been done for it so far"));
    site.break_notify(true);
    CHECK(site.mdcertd({"once"}).status == 1);
    site.break_notify(false);
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);

    const auto log = site.mdcertd({"log", "www.one.test"});
    CHECK(log.status == 0);
    CHECK_THAT(log.output, Catch::StartsWith("one.test\n") &&
                               Catch::Contains("UTC  attempt begun\n") &&
                               Catch::Contains("UTC  certificate installed\n") &&
                               Catch::Contains("UTC  notified\n"));
    CHECK_THAT(site.mdcertd({"log", "two.test"}).output, Catch::Contains("MDNotifyCmd failed"));
    const auto json = nlohmann::json::parse(site.mdcertd({"log", "--json", "one.test"}).output);
    CHECK(json.at("one.test").front().at("type") == "starting");
    const auto unknown = site.mdcertd({"log", "nobody.test"});
    CHECK(unknown.status == 1);
    CHECK_THAT(unknown.errors, Catch::Contains("no managed domain has the name 'nobody.test'"));

    const auto story = site.mdcertd({"status", "www.one.test"}).output;
    const std::string line = std::to_string(occurrences(site.server_part, "\n") + 2);
    CHECK_THAT(
        story,
        Catch::Contains("www.one.test, from " + site.config_file().string() + ":" + line + "\n") &&
            Catch::Contains(ca.directory_url()) &&
            Catch::Contains("proof by:      tls-alpn-01, http-01\n") && Catch::Contains("33%"));
    CHECK_THAT(site.mdcertd({"status"}).output, !Catch::Contains(", from "));
}
