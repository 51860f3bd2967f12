// SPDX-License-Identifier: Apache-2.0
// Whoever answers the CA gets certificates: what `check` says of a local port or socket that
// another user of this machine could take.
#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/scratch.hpp"

#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace md::test;

namespace {

struct Checked {
    // What `check` says on standard error of this MDPortMap line.
    std::string operator()(const std::string& lines) const {
        write_file(scratch / "mdcertd.conf",
                   "ServerRoot " + scratch.path().string() + "/state\nUser " + account + "\n" +
                       "MDCertificateAgreement accepted\nMDContactEmail a@example.org\n" + lines +
                       "ManagedDomain one.example.org\n");
        const auto outcome =
            run_command({{MD_BINARY, "check", "-c", (scratch / "mdcertd.conf").string()}});
        CHECK(outcome.status == 0);
        return outcome.errors;
    }
    std::string folder(mode_t mode) const {
        const std::string path = (scratch / "run").string();
        fs::create_directory(path);
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        return path;
    }

    Scratch scratch;
    std::string account = "#" + std::to_string(::getuid());
};

}  // namespace

TEST_CASE("check warns of a port that any local user could take, and of no other") {
    const Checked said;
    CHECK_THAT(said("MDPortMap 80:5080 443:-\nListen 127.0.0.1:5080\n"),
               Catch::Contains("mdcertd.conf:5:1: warning: MDPortMap: any local user can listen on "
                               "port 5080") &&
                   Catch::Contains("80:unix:/run/mdcertd/http.sock, or a port below 1024"));
    CHECK_THAT(said("MDPortMap 80:- 443:5443\n"),
               Catch::Contains("port 5443") && Catch::Contains("443:444"));
    CHECK_THAT(said("MDPortMap 80:1024 443:1025\n"),
               Catch::Contains("port 1024") && Catch::Contains("port 1025"));
    CHECK(said("") == "");
    CHECK(said("MDPortMap 80:1023 443:444\n") == "");
    // No challenge goes by it.
    CHECK(said("MDPortMap 80:5080\nMDCAChallenges tls-alpn-01\n") == "");
    CHECK(said("MDPortMap 443:5443\nMDCAChallenges http-01\n") == "");
}

TEST_CASE("check says what is wrong with a socket") {
    const Checked said;
    const std::string line = "MDPortMap 443:- 80:unix:" + (said.scratch / "run/s").string() + "\n";
    CHECK_THAT(said(line), Catch::Contains("its folder is not there") &&
                               Catch::Contains("mdcertd-http.socket"));
    said.folder(0755);
    CHECK(said(line) == "");
    const std::string folder = said.folder(0777);
    CHECK_THAT(said(line), Catch::Contains("cannot be used: others may write to " + folder) &&
                               Catch::Contains("a folder of root"));
}
