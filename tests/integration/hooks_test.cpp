// SPDX-License-Identifier: Apache-2.0
// What servers and administrators notice of the store and of hooks: names that change, a command
// that fails for many, and keys that are not left in memory.
#include "site.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace md::test;
using std::chrono::seconds;

namespace {

std::vector<std::string> lines_of(const fs::path& pem) {
    std::vector<std::string> lines;
    std::istringstream text(read_file(pem));
    for (std::string line; std::getline(text, line);)
        if (line.size() == 64)
            lines.push_back(line);
    return lines;
}

// In the memory of a process, which of these texts there are; nullopt when it may not be read.
std::optional<std::vector<std::string>> found_in(pid_t process,
                                                 const std::vector<std::string>& texts) {
    const std::string place = "/proc/" + std::to_string(process);
    std::ifstream maps(place + "/maps");
    const int memory = ::open((place + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (memory < 0)
        return std::nullopt;
    std::vector<std::string> found;
    for (std::string line; std::getline(maps, line);) {
        unsigned long long begin = 0, end = 0;
        char dash = 0;
        std::string rights;
        std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
        // No heap of a daemon is as large as the shadow memory of a sanitizer, which holds no text.
        constexpr unsigned long long largest = 1ull << 30;
        if (!rights.starts_with("rw") || end - begin > largest)
            continue;
        std::string part(end - begin, '\0');
        const ssize_t size = ::pread(memory, part.data(), part.size(), static_cast<off_t>(begin));
        part.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        for (const std::string& text : texts)
            if (part.find(text) != std::string::npos)
                found.push_back(text);
    }
    ::close(memory);
    return found;
}

}  // namespace

TEST_CASE("no text of a private key is left in the memory of the daemon") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(
        "ManagedDomain one.test\nManagedDomain two.test\n"
        "<ManagedDomain three.test>\nMDPrivateKeys P-256\n</ManagedDomain>\n");
    {
        const auto first = site.run();
        REQUIRE(site.wait_for_notified(*first, "three.test", seconds{60}));
        REQUIRE(site.wait_for_notified(*first, "two.test", seconds{60}));
        REQUIRE(site.wait_for_notified(*first, "one.test", seconds{60}));
        CHECK(first->stop(seconds{5}) == 0);
    }
    const auto daemon = site.run();  // which reads what there is, and obtains something new
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    REQUIRE(site.mdcertd({"renew", "one.test", "three.test"}).status == 0);
    const std::string tls = "127.0.0.1:" + std::to_string(ca.tls_port());
    for (const char* name : {"one.test", "two.test", "three.test"})
        run_command({{"sh", "-c",
                      "openssl s_client -connect " + tls + " -servername " + name +
                          " < /dev/null > /dev/null 2>&1"}});
    std::vector<std::string> keys = lines_of(site.live("one.test", "privkey.pem"));
    for (const auto& [name, file] :
         {std::pair{"two.test", "privkey.pem"}, std::pair{"three.test", "privkey.p-256.pem"}})
        for (const std::string& line : lines_of(site.live(name, file)))
            keys.push_back(line);
    REQUIRE(keys.size() > 50);
    const auto found = found_in(daemon->pid(), keys);
    if (found)
        CHECK(*found == std::vector<std::string>());
    else
        WARN("skipped: only root may look into the daemon's memory");
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a hook that fails for many is one line of the log; its own lines are kept for each") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    write_script(site.directory() / "notify",
                 "#!/bin/sh\necho 'nginx: NOT reloaded'\necho 'line 7 is wrong' >&2\nexit 4\n");
    site.configure("ManagedDomain one.test\nManagedDomain two.test\nManagedDomain three.test\n");
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    CHECK(outcome.status == 1);
    CHECK(occurrences(outcome.errors, "warning: MDNotifyCmd failed") == 1);
    CHECK(occurrences(outcome.errors, "line=\"line 7 is wrong\"") == 1);
    for (const char* name : {"one.test", "two.test", "three.test"}) {
        CHECK_THAT(site.mdcertd({"log", name}).output,
                   Catch::Contains("MDNotifyCmd failed: exit status 4, nginx: NOT reloaded\n") &&
                       Catch::Contains(" line 7 is wrong\n"));
        const auto status = site.mdcertd({"status", name}).output;
        CHECK_THAT(status, Catch::Contains("exit status 4, nginx: NOT reloaded") &&
                               !Catch::Contains("line 7"));
    }
}

TEST_CASE("servers go on reading an MD whose first name or key type changed, and it is told") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("MDPrivateKeys P-256\nManagedDomain one.test www.one.test\n");
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("notified domain=one.test", seconds{60}));
    const std::string file = site.live("one.test", "pubcert.p-256.pem").string();
    const std::string former = read_file(file);

    site.configure("MDPrivateKeys P-256\nManagedDomain www.one.test one.test\n");
    daemon->signal(SIGHUP);
    REQUIRE(daemon->wait_for_output("notified domain=www.one.test", seconds{60}));
    CHECK(read_file(file) == former);
    CHECK_THAT(daemon->output(), Catch::Contains("managed domain renamed"));
    CHECK_THAT(site.mdcertd({"status"}).output,
               Catch::Contains("former files:") && Catch::Contains("domains/one.test"));
    CHECK_THAT(site.mdcertd({"log", "www.one.test"}).output,
               Catch::Contains("renamed: formerly one.test"));
    CHECK(ca.orders() == 1);

    site.configure("MDPrivateKeys P-384\nManagedDomain www.one.test one.test\n");
    daemon->signal(SIGHUP);
    REQUIRE(daemon->wait_for_output("notified domain=www.one.test", seconds{60}, 2));
    CHECK(read_file(file) == read_file(site.live("www.one.test", "pubcert.p-384.pem")));
    CHECK(read_file(site.live("one.test", "privkey.p-256.pem")) ==
          read_file(site.live("www.one.test", "privkey.p-384.pem")));
    CHECK(read_file(file) != former);
    CHECK_THAT(site.mdcertd({"status"}).output,
               Catch::Contains("domains/www.one.test/pubcert.p-256.pem"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("check says what of a store others may change, and which access a renewal cannot keep") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("User root\nManagedDomain one.test\n");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    CHECK_THAT(site.mdcertd({"check"}).errors, !Catch::Contains("privkey.pem"));
    fs::permissions(site.live("one.test", "privkey.pem"), fs::perms{0644});
    CHECK_THAT(site.mdcertd({"check"}).errors,
               Catch::Contains("privkey.pem is open to all users of this machine"));
    fs::permissions(site.live("one.test", "privkey.pem"), fs::perms{0640});
    CHECK_THAT(site.mdcertd({"check"}).errors, !Catch::Contains("privkey.pem"));
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK((fs::status(site.live("one.test", "privkey.pem")).permissions() & fs::perms::mask) ==
          fs::perms{0640});

    fs::permissions(site.store() / "domains", fs::perms::all);
    const auto check = site.mdcertd({"check"});
    CHECK(check.status == 1);
    CHECK_THAT(check.errors, Catch::Contains("domains may be written to by all users"));
    const auto refused = site.mdcertd({"once"});
    CHECK(refused.status == 1);
    CHECK_THAT(refused.errors, Catch::Contains("domains may be written to by all users") &&
                                   Catch::Contains("chmod go-w"));
    fs::permissions(site.store() / "domains", fs::perms::owner_all);

    if (getuid() != 0) {
        WARN("skipped: only root may give files away");
        return;
    }
    // As a service user of its own, who is in no other group.
    site.configure("User #54321\nGroup #54321\nManagedDomain one.test\n");
    run_command({{"chown", "-R", "54321:54321", (site.directory() / "state").string()}});
    fs::permissions(site.directory(), fs::perms{0755});
    run_command({{"chgrp", "45678", site.live("one.test", "privkey.pem").string()}});
    CHECK_THAT(site.mdcertd({"check"}).errors,
               Catch::Contains("privkey.pem is of the group 45678") &&
                   Catch::Contains("SupplementaryGroups=45678") &&
                   Catch::Contains("StateDirectoryMode="));
}
