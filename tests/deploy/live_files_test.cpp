// SPDX-License-Identifier: Apache-2.0
// What is read of the live set for a handshake, and where servers find it.
#include "deploy/live_files.hpp"

#include "crypto/test_authority.hpp"
#include "deploy/paths.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <sys/stat.h>

using namespace md;
using namespace md::test;

TEST_CASE("of the live set nothing is read through a link, and a FIFO holds up nobody") {
    const Scratch scratch;
    const fs::path folder = scratch / "domains/a.org";
    fs::create_directories(folder);
    const auto key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
    const auto now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};
    const TestAuthority authority("root", now, now + std::chrono::days{90});
    const auto leaf = authority.issue(key, {"leaf", "DNS:a.org", now, now + std::chrono::days{80}});
    write_file(folder / "pubcert.p-256.pem", leaf.to_pem());
    write_file(folder / "privkey.p-256.pem", std::string(key.to_pem().reveal()));
    const deploy::LiveFiles live(scratch.path().string());
    const auto served = [&live] {
        return live.credentials("a.org", {model::KeySpec::ec("p-256")}).size();
    };
    CHECK(served() == 1);

    fs::rename(folder / "privkey.p-256.pem", scratch / "elsewhere");
    CHECK(served() == 0);
    fs::create_symlink(scratch / "elsewhere", folder / "privkey.p-256.pem");
    CHECK(served() == 0);
    fs::remove(folder / "privkey.p-256.pem");
    REQUIRE(mkfifo((folder / "privkey.p-256.pem").c_str(), 0600) == 0);
    CHECK(served() == 0);
    fs::remove(folder / "privkey.p-256.pem");
    fs::rename(scratch / "elsewhere", folder / "privkey.p-256.pem");
    CHECK(served() == 1);

    // The folder itself: only what an MD is called now is opened, never what a link leads to.
    fs::rename(folder, scratch / "domains/b.org");
    fs::create_directory_symlink("b.org", folder);
    CHECK(served() == 0);
}

TEST_CASE("servers find a file for each type of key in the folder of the managed domain") {
    const auto rsa =
        deploy::served_paths("/var/lib/mdcertd/md", "a.org", model::KeySpec::rsa(2048));
    CHECK(rsa.certificate == "/var/lib/mdcertd/md/domains/a.org/pubcert.pem");
    CHECK(rsa.key == "/var/lib/mdcertd/md/domains/a.org/privkey.pem");
    const auto elliptic = deploy::served_paths("/srv/md", "*.a.org", model::KeySpec::ec("p-256"));
    CHECK(elliptic.certificate == "/srv/md/domains/*.a.org/pubcert.p-256.pem");
    CHECK(elliptic.key == "/srv/md/domains/*.a.org/privkey.p-256.pem");
}
