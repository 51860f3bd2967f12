// SPDX-License-Identifier: Apache-2.0
// What a visitor gets from the daemon's two ports, as curl sees it: MDRequireHttps, HSTS, the
// certificates, and 503 while there is none.
#include "site.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace md::test;
using std::chrono::seconds;

namespace {

const char* const domains = R"(
MDPrivateKeys P-256
MDRequireHttps temporary
ManagedDomain temporary.test www.temporary.test
<ManagedDomain permanent.test>
    MDRequireHttps permanent
</ManagedDomain>
<ManagedDomain off.test>
    MDRequireHttps off
</ManagedDomain>
<ManagedDomain waiting.test>
    MDRequireHttps permanent
    MDDriveMode manual
</ManagedDomain>
)";

class Visitor {
public:
    explicit Visitor(const Pebble& ca) : ca_(ca) {}

    // Status line and header of the answer.
    std::string http(const std::string& name_and_path, std::vector<std::string> more = {}) const {
        return ask("http", ca_.http_port(), name_and_path, std::move(more));
    }
    // The certificate has to be the CA's for that name, unless `more` says otherwise.
    std::string https(const std::string& name_and_path, std::vector<std::string> more = {}) const {
        more.insert(more.end(), {"--cacert", ca_.issuing_root().string()});
        return ask("https", ca_.tls_port(), name_and_path, std::move(more));
    }

private:
    static std::string ask(const std::string& scheme, std::uint16_t port,
                           const std::string& name_and_path, std::vector<std::string> more) {
        const std::string name = name_and_path.substr(0, name_and_path.find('/'));
        std::vector<std::string> argv = {"curl",
                                         "-sS",
                                         "--include",
                                         "--noproxy",
                                         "*",
                                         "--max-time",
                                         "20",
                                         "--connect-to",
                                         "::127.0.0.1:" + std::to_string(port),
                                         scheme + "://" + name_and_path};
        argv.insert(argv.end(), more.begin(), more.end());
        const auto outcome = run_command({std::move(argv)});
        return outcome.status == 0 ? outcome.output : outcome.errors;
    }

    const Pebble& ca_;
};

struct Served {
    Served() {
        site.configure(domains);
        daemon = site.run();
        for (const char* name : {"temporary.test", "permanent.test", "off.test"})
            if (!site.wait_for_notified(*daemon, name, seconds{60}))
                throw std::runtime_error("no certificate:\n" + daemon->output());
    }

    Pebble ca{PebbleOptions::calm()};
    Site site{ca};
    Visitor visitor{ca};
    std::unique_ptr<Process> daemon;
};

void check_redirect(const std::string& answer, const std::string& status,
                    const std::string& location) {
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 " + status) &&
                           Catch::Contains("Location: https://" + location + "\r\n"));
}

const char* const hsts = "Strict-Transport-Security: max-age=15768000\r\n";

void check_redirects(const Visitor& visitor) {
    const std::vector<std::string> post = {"--data", "x=y"};
    const std::string page = "temporary.test/a/page?with=query";
    check_redirect(visitor.http(page), "302", page);
    check_redirect(visitor.http(page, post), "307", page);
    check_redirect(visitor.http("www.temporary.test/"), "302", "www.temporary.test/");
    check_redirect(visitor.http("permanent.test/a"), "301", "permanent.test/a");
    check_redirect(visitor.http("permanent.test/a", post), "308", "permanent.test/a");
    CHECK_THAT(visitor.http("off.test/a"), Catch::StartsWith("HTTP/1.1 404"));
    CHECK_THAT(visitor.http("stranger.test/a"), Catch::StartsWith("HTTP/1.1 404"));
}

void check_well_known(const Visitor& visitor) {
    for (const char* path :
         {"/.well-known/acme-challenge/nothing", "/.well-known/", "/.well-known/x"})
        for (const char* name : {"temporary.test", "permanent.test"}) {
            CHECK_THAT(visitor.http(std::string(name) + path),
                       Catch::StartsWith("HTTP/1.1 404") && !Catch::Contains("Location"));
            CHECK_THAT(visitor.https(std::string(name) + path),
                       Catch::StartsWith("HTTP/1.1 404") && !Catch::Contains("Strict-Transport"));
        }
}

// Each with its own, valid certificate.
void check_tls(const Visitor& visitor) {
    CHECK_THAT(visitor.https("permanent.test/a"),
               Catch::StartsWith("HTTP/1.1 404") && Catch::Contains(hsts));
    for (const char* name : {"temporary.test", "www.temporary.test", "off.test"})
        CHECK_THAT(visitor.https(std::string(name) + "/a"),
                   Catch::StartsWith("HTTP/1.1 404") && !Catch::Contains("Strict-Transport"));
}

void check_waiting(const Visitor& visitor) {
    CHECK_THAT(visitor.http("waiting.test/"), Catch::StartsWith("HTTP/1.1 503") &&
                                                  Catch::Contains("Retry-After: ") &&
                                                  !Catch::Contains("Location"));
    CHECK_THAT(visitor.https("waiting.test/"), Catch::Contains("self-signed certificate") ||
                                                   Catch::Contains("self signed certificate"));
    const std::string answer = visitor.https("waiting.test/", {"--insecure"});
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 503") && Catch::Contains("Retry-After: ") &&
                           !Catch::Contains("Strict-Transport"));
}

}  // namespace

TEST_CASE("MDRequireHttps redirects visitors, permanently with HSTS, and never the CA") {
    const Served served;
    check_redirects(served.visitor);
    check_well_known(served.visitor);
    check_tls(served.visitor);
    CHECK(served.daemon->stop(seconds{5}) == 0);
}

TEST_CASE("while there is no certificate both ports answer 503 for its names, and for no others") {
    const Served served;
    check_waiting(served.visitor);
    CHECK_THAT(served.visitor.https("stranger.test/", {"--insecure"}),
               Catch::StartsWith("HTTP/1.1 404"));
    CHECK_THAT(served.visitor.http("off.test/"), Catch::StartsWith("HTTP/1.1 404"));
    CHECK(served.daemon->stop(seconds{5}) == 0);
}

// Each of the first handshakes after a start got the fallback, as the ports were open before the
// store was read.
TEST_CASE("at a restart the first who comes is shown the certificate that is held") {
    Served served;
    CHECK(served.daemon->stop(seconds{5}) == 0);
    const std::string port = std::to_string(served.ca.tls_port());
    const std::string answer = (served.site.directory() / "answer").string();
    const std::string held = served.site.fingerprint("off.test", ".p-256");
    for (int round = 0; round < 5; ++round) {
        Process visitor({{"sh", "-c",
                          "until openssl s_client -connect 127.0.0.1:" + port +
                              " -servername off.test < /dev/null 2> /dev/null > " + answer +
                              "; do :; done; openssl x509 -noout -fingerprint -sha256 "
                              "-in " +
                              answer}},
                        served.site.directory() / "visitor.log");
        served.daemon = served.site.run();
        REQUIRE(visitor.wait(seconds{20}) == 0);
        CHECK(visitor.output() == held);
        CHECK(served.daemon->stop(seconds{5}) == 0);
    }
}
