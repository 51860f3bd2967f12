// SPDX-License-Identifier: Apache-2.0
// What lies between the daemon and its CAs: MDCertificateAuthority for each managed domain,
// MDCertificateAgreement, the account's contacts, and MDHttpProxy through a real proxy.
#include "issued.hpp"
#include "support/catch.hpp"
#include "support/ports.hpp"

#include <nlohmann/json.hpp>

using namespace md::test;
using std::chrono::seconds;

namespace {

const std::string terms = "data:text/plain,Do%20what%20thou%20wilt";

// The server part with one of its lines replaced by others.
std::string with(const Site& site, const std::string& directive, const std::string& lines) {
    std::string text = site.server_part;
    const auto at = text.find(directive + " ");
    return text.replace(at, text.find('\n', at) + 1 - at, lines);
}

std::string subject_of_issuer(const Pebble& ca) {
    const auto outcome = run_command(
        {{"openssl", "x509", "-noout", "-subject", "-in", ca.issuing_intermediate().string()}});
    return outcome.output.substr(std::string("subject=").size());
}

std::string issuer_of(const Site& site, const std::string& md) {
    const auto outcome = run_command(
        {{"openssl", "x509", "-noout", "-issuer", "-in", site.live(md, "pubcert.p-256.pem")}});
    return outcome.output.substr(std::string("issuer=").size());
}

std::string port_of(const std::string& url) {
    const auto at = url.rfind(':') + 1;
    return url.substr(at, url.find('/', at) - at);
}

class Tinyproxy {
public:
    Tinyproxy(const fs::path& folder, const std::string& name, const std::string& more)
        : log_(folder / (name + ".log")) {
        const fs::path file = folder / (name + ".conf");
        write_file(file, "Port " + std::to_string(port_.number()) +
                             "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 30\nLogLevel Connect\n"
                             "MaxClients 20\n" +
                             more);
        process_ = std::make_unique<Process>(Command{{"tinyproxy", "-d", "-c", file}}, log_);
        if (!process_->wait_for_port(port_.number(), seconds{20}))
            throw std::runtime_error("tinyproxy does not start:\n" + log());
    }

    std::string address() const { return "127.0.0.1:" + std::to_string(port_.number()); }
    std::string log() const { return read_file(log_); }

private:
    ReservedPort port_;
    fs::path log_;
    std::unique_ptr<Process> process_;
};

std::string behind(const std::string& name, const std::string& proxy) {
    return "<ManagedDomain " + name + ">\n    MDHttpProxy http://" + proxy + "\n</ManagedDomain>\n";
}

// All that mdcertd wrote, but for the configuration.
std::string everything_in(const fs::path& folder) {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            all += read_file(entry.path());
    return all;
}

}  // namespace

TEST_CASE("two managed domains have two CAs at once, each with an account of its own") {
    Pebble ca(PebbleOptions::calm());
    PebbleOptions same_ports = PebbleOptions::calm();
    same_ports.http_port = ca.http_port();
    same_ports.tls_port = ca.tls_port();
    Pebble other(same_ports);
    Site site(ca);
    site.configure("MDPrivateKeys P-256\nManagedDomain one.test\n<ManagedDomain two.test>\n" +
                   ("    MDCertificateAuthority " + other.directory_url()) +
                   "\n    MDCACertificateFile " + other.ca_file().string() +
                   "\n    MDCertificateProtocol ACME\n</ManagedDomain>\n");
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
    CHECK(issuer_of(site, "one.test") == subject_of_issuer(ca));
    CHECK(issuer_of(site, "two.test") == subject_of_issuer(other));
    CHECK(subject_of_issuer(ca) != subject_of_issuer(other));
    CHECK((ca.accounts() == 1 && ca.orders() == 1));
    CHECK((other.accounts() == 1 && other.orders() == 1));
}

TEST_CASE("terms of service of another URL are an error with the CA's, and make no account") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string domain = "MDPrivateKeys P-256\nManagedDomain one.test\n";
    const std::string former = "https://ca.test/terms-of-2017";
    write_file(
        site.config_file(),
        with(site, "MDCertificateAgreement", "MDCertificateAgreement " + former + "\n") + domain);
    const auto outdated = site.mdcertd({"once"});
    CHECK(outdated.status == 1);
    CHECK_THAT(outdated.errors, Catch::Contains("one.test: account: ") && Catch::Contains(terms) &&
                                    Catch::Contains(former));
    CHECK(ca.accounts() == 0);
}

TEST_CASE("a changed contact is told to the CA, on the account that is there") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string domain = "MDPrivateKeys P-256\nManagedDomain one.test\n";
    site.configure(domain);
    REQUIRE(site.mdcertd({"once"}).status == 0);
    CHECK(ca.requests("/my-account/") == 0);
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK(ca.requests("/my-account/") == 0);

    site.configure(domain + "MDContactEmail mailto:new@example.test\n");
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK(ca.requests("/my-account/") == 1);
    CHECK(ca.accounts() == 1);
    CHECK(ca.orders() == 3);
    const std::string store = everything_in(site.store() / "accounts");
    CHECK_THAT(store, Catch::Contains("mailto:new@example.test") &&
                          !Catch::Contains("admin@example.test"));
}

TEST_CASE("an account is bound to the one at the CA, by a line or a file, and stays so") {
    PebbleOptions options = PebbleOptions::calm();
    // 32 and 48 octets.
    const std::string first = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s",
                      second = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    options.bindings = {{"kid-1", first}, {"kid \"2\"", second}};
    Pebble ca(options);
    Site site(ca);
    const fs::path file = site.directory() / "eab.json";
    write_file(file,
               nlohmann::json{{"kid", "kid \"2\""}, {"hmac", second}, {"alg", "HS384"}}.dump());

    site.configure("ManagedDomain one.test\n");
    CHECK(site.mdcertd({"once"}).status == 1);
    CHECK(site.status_of("one.test")["last-problem"]["problem"] ==
          "urn:ietf:params:acme:error:externalAccountRequired");
    CHECK_THAT(
        site.mdcertd({"check", "--online"}).output + site.mdcertd({"check", "--online"}).errors,
        Catch::Contains("the CA wants an external account"));
    CHECK(ca.accounts() == 0);

    const std::string bound = "MDPrivateKeys P-256\nMDExternalAccountBinding kid-1 " + first +
                              "=\nManagedDomain one.test\n<ManagedDomain two.test>\n"
                              "MDExternalAccountBinding " +
                              file.string() + "\n</ManagedDomain>\n";
    site.configure(bound);
    const auto once = site.mdcertd({"once"});
    INFO(once.errors);
    CHECK(once.status == 0);
    CHECK(site.verify("one.test", "one.test", ".p-256") == "");
    CHECK(site.verify("two.test", "two.test", ".p-256") == "");
    CHECK(ca.accounts() == 2);
    CHECK(once.errors.find(second) == std::string::npos);

    // The account is all that is needed from then on.
    site.configure("MDPrivateKeys P-256\nManagedDomain one.test\nManagedDomain two.test\n");
    CHECK(site.mdcertd({"renew", "one.test", "two.test"}).status == 0);
    CHECK(ca.accounts() == 2);
    CHECK(ca.orders() == 4);
}

TEST_CASE("a binding that the CA does not know fails with its words, without its key") {
    PebbleOptions options = PebbleOptions::calm();
    options.bindings = {{"kid-1", "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"}};
    Pebble ca(options);
    Site site(ca);
    const std::string wrong = "AAv7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";
    site.configure("MDExternalAccountBinding kid-1 " + wrong + "\nManagedDomain one.test\n");
    const auto once = site.mdcertd({"once"});
    CHECK(once.status == 1);
    CHECK_THAT(once.errors, Catch::Contains("registering the account with external account kid-1"));
    CHECK((once.output + once.errors + site.mdcertd({"status", "one.test"}).output).find(wrong) ==
          std::string::npos);
    CHECK(site.status_of("one.test")["last-problem"]["problem"] ==
          "urn:ietf:params:acme:error:unauthorized");
}

TEST_CASE("MDPreferredChain chooses among the chains of a certificate, and is no reason to renew") {
    PebbleOptions options = PebbleOptions::calm();
    options.alternate_roots = 2;
    Pebble ca(options);
    Site site(ca);
    auto root = [&](unsigned number) {
        const fs::path file = site.directory() / "root.pem";
        write_file(file, ca.management("/roots/" + std::to_string(number)));
        const auto subject = run_command(
            {{"openssl", "x509", "-noout", "-subject", "-nameopt", "multiline", "-in", file}});
        const auto at = subject.output.find("commonName") + 28;
        return subject.output.substr(at, subject.output.find('\n', at) - at);
    };
    // The last certificate's issuer, as openssl shows it.
    auto leads_to = [&](const std::string& md) {
        std::string chain = read_file(site.live(md, "pubcert.p-256.pem"));
        const fs::path file = site.directory() / "last.pem";
        write_file(file, chain.substr(chain.rfind("-----BEGIN")));
        return run_command({{"openssl", "x509", "-noout", "-issuer", "-in", file}}).output;
    };
    const std::string names = "MDPrivateKeys P-256\nManagedDomain usual.test\n";
    site.configure(names + "<ManagedDomain other.test>\nMDPreferredChain \"" + root(2) +
                   "\"\n</ManagedDomain>\n<ManagedDomain none.test>\n"
                   "MDPreferredChain \"No Such Root\"\n</ManagedDomain>\n");
    const auto once = site.mdcertd({"once"});
    INFO(once.errors);
    CHECK(once.status == 0);
    CHECK_THAT(leads_to("usual.test"), Catch::Contains(root(0)));
    CHECK_THAT(leads_to("other.test"), Catch::Contains(root(2)));
    CHECK_THAT(leads_to("none.test"), Catch::Contains(root(0)));
    CHECK_THAT(once.errors, Catch::Contains("the CA has no chain of that name") &&
                                Catch::Contains("domain=none.test"));
    CHECK(ca.orders() == 3);
    site.configure("MDPreferredChain \"" + root(1) + "\"\n" + names);
    CHECK(site.mdcertd({"once"}).status == 0);
    CHECK(ca.orders() == 3);
}

TEST_CASE("MDHttpProxy reaches the CA through tinyproxy, with a login where it wants one") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string to_ca = "ConnectPort " + port_of(ca.directory_url()) + "\n";
    const Tinyproxy open(site.directory(), "open", to_ca);
    const Tinyproxy closed(site.directory(), "closed", to_ca + "BasicAuth user Pass-of-mine\n");
    site.configure("LogLevel trace\nMDPrivateKeys P-256\n" + behind("open.test", open.address()) +
                   behind("login.test", "user:Pass-of-mine@" + closed.address()));
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
    CHECK(site.verify("open.test", "open.test", ".p-256") == "");
    CHECK(site.verify("login.test", "login.test", ".p-256") == "");
    for (const Tinyproxy* proxy : {&open, &closed})
        CHECK_THAT(proxy->log(), Catch::Contains("CONNECT localhost:"));
    CHECK_THAT(outcome.output + outcome.errors, !Catch::Contains("Pass-of-mine"));
    CHECK_THAT(everything_in(site.store()), !Catch::Contains("Pass-of-mine"));
    for (const auto& command : std::vector<std::vector<std::string>>{{"check"},
                                                                     {"show-config"},
                                                                     {"show-config", "--json"},
                                                                     {"status"},
                                                                     {"status", "--json"}})
        CHECK_THAT(site.mdcertd(command).output, !Catch::Contains("Pass-of-mine"));
}

TEST_CASE("a proxy that refuses or is down is named in the problem, without its password") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const ReservedPort nobody;
    const Tinyproxy closed(site.directory(), "closed", "BasicAuth user Pass-of-mine\n");
    const Tinyproxy narrow(site.directory(), "narrow", "ConnectPort 1\n");
    const std::string down = "127.0.0.1:" + std::to_string(nobody.number());
    site.configure("LogLevel trace\nMDPrivateKeys P-256\nManagedDomain direct.test\n" +
                   behind("login.test", "user:Not-my-pass@" + closed.address()) +
                   behind("refused.test", narrow.address()) +
                   behind("down.test", "user:Not-my-pass@" + down));
    const auto outcome = site.mdcertd({"once"});
    CHECK(outcome.status == 1);
    const std::string problem = "the proxy http://";
    CHECK_THAT(outcome.errors,
               Catch::Contains(problem + closed.address() + " refused with status 40") &&
                   Catch::Contains(problem + narrow.address() + " refused with status 403") &&
                   Catch::Contains(problem + down + ": ") && Catch::Contains("refused"));
    CHECK(site.verify("direct.test", "direct.test", ".p-256") == "");
    const auto status = site.mdcertd({"status"});
    CHECK_THAT(status.output, Catch::Contains(problem + down));
    CHECK_THAT(outcome.output + outcome.errors + status.output + everything_in(site.store()),
               !Catch::Contains("Not-my-pass"));
    CHECK(ca.orders() == 1);
}
