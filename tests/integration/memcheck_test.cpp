// SPDX-License-Identifier: Apache-2.0
// The released program under valgrind's memcheck, once through all that a daemon meets:
// certificates, reloads, status, a CA that is hostile, strangers at its ports, the end. Without
// MDNotifyCmd: the memcheck of Debian 12 knows no pidfd_open(2). Other sanitizers do not run under
// it.
#include "plays.hpp"
#include "site.hpp"
#include "support/acme_shim.hpp"
#include "support/catch.hpp"

#include <signal.h>

#ifndef __SANITIZE_ADDRESS__

using namespace md::test;
using std::chrono::seconds;

namespace {

constexpr seconds limit{120};  // some thirty times what it takes otherwise

class Life {
public:
    Life() {
        site.server_part.erase(site.server_part.find("MDNotifyCmd"));
        site.server_part += "MDRetryDelay 1h\nMDPrivateKeys P-256 rsa2048\n";
        add("first.test");
        daemon = site.run_by(memcheck());
        const bool begun = comes_to("certificate installed", "first.test");
        INFO(daemon->output());
        REQUIRE(begun);
    }

    std::vector<std::string> memcheck() const {
        return {"valgrind",
                "--quiet",
                "--leak-check=full",
                "--show-leak-kinds=definite",
                "--errors-for-leak-kinds=definite",
                "--error-exitcode=99",
                "--log-file=" + (site.directory() / "memcheck-%p").string()};
    }
    void add(const std::string& name) {
        domains += "<ManagedDomain " + name + ">\n    MDCertificateAuthority " +
                   shim.directory_url() + "\n</ManagedDomain>\n";
        site.configure(domains);
    }
    bool comes_to(const std::string& event, const std::string& name) {
        return daemon->wait_for_output(event + " domain=" + name, limit);
    }
    // `mdcertd ARGUMENTS`; its exit status is memcheck's where that has something to say.
    Outcome mdcertd(std::vector<std::string> arguments) const {
        auto command = memcheck();
        command.push_back(MD_BINARY);
        command.insert(command.end(), arguments.begin(), arguments.end());
        command.insert(command.end(), {"-c", site.config_file().string()});
        return run_command({std::move(command)}, limit);
    }
    void meet_hostile_answer(const std::string& name, Resource where, Play play) {
        INFO(name);
        shim.play(where, std::move(play));
        add(name);
        daemon->signal(SIGHUP);
        CHECK(comes_to("attempt failed", name));
        shim.honest();
    }
    void visit(std::vector<std::string> request) const {
        request.insert(request.begin(), {"curl", "-sk", "-m", "60", "-o", "/dev/null"});
        run_command({std::move(request)}, limit);
    }
    std::string reports() const {
        std::string all;
        for (const auto& entry : fs::directory_iterator(site.directory()))
            if (entry.path().filename().string().starts_with("memcheck-"))
                all += read_file(entry.path());
        return all;
    }

    Pebble ca{PebbleOptions::calm()};
    AcmeShim shim{ca};
    Site site{ca};
    std::string domains;
    std::unique_ptr<Process> daemon;
};

}  // namespace

TEST_CASE("memcheck has nothing to say of a daemon's life among hostile CAs and strangers",
          "[long]") {
    Life life;
    life.meet_hostile_answer("nested.test", Resource::order, says(nested(100'000)));
    life.meet_hostile_answer("cut.test", Resource::authorization, travels(Delivery::cut_in_body));
    life.meet_hostile_answer("flood.test", Resource::challenge,
                             travels(Delivery::header_unbounded));
    life.meet_hostile_answer("rubbish.test", Resource::certificate, says("no certificate"));
    life.meet_hostile_answer("limit.test", Resource::finalize, refused(429, "rateLimited", "7200"));

    const std::string http = "http://127.0.0.1:" + std::to_string(life.ca.http_port());
    const std::string tls = "https://127.0.0.1:" + std::to_string(life.ca.tls_port());
    for (const std::string& url :
         {http + "/.well-known/acme-challenge/x", http + "/%2e%2e/", tls + "/", "s" + http})
        life.visit({url});
    life.visit({"-H", "Transfer-Encoding: chunked", "--data-binary", "@/bin/ls", http + "/"});
    life.visit({"-H", "X: " + std::string(10'000, 'x'), http + "/"});

    for (const char* about : {"--json", "limit.test"}) {
        const auto told = life.mdcertd({"status", about});
        INFO(told.output << told.errors);
        CHECK(told.status == 0);
    }
    const auto renewed = life.mdcertd({"renew", "cut.test"});
    INFO(renewed.output << renewed.errors);
    CHECK(renewed.status == 0);
    write_file(life.site.config_file(), "MDNoSuchThing on\n");
    life.daemon->signal(SIGHUP);
    CHECK(life.daemon->wait_for_output("configuration not reloaded", limit));

    life.daemon->signal(SIGTERM);
    const auto ended = life.daemon->wait(limit);
    INFO(life.daemon->output());
    CHECK(ended == 0);
    CHECK(life.reports() == "");
    CHECK(life.site.verify("first.test", "first.test", ".p-256") == "");
}

#endif
