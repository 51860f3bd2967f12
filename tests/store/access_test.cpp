// SPDX-License-Identifier: Apache-2.0
// Group, mode and ACL that an administrator gave to a key, a certificate and their folder are there
// after a renewal; what all could read is not.
#include "await.hpp"
#include "base/log.hpp"
#include "store/layout.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <cstdint>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace md;
using namespace md::store;
using md::test::await;
using md::test::open_store;
using Values = std::map<std::string, std::string>;
namespace fs = std::filesystem;

namespace {

constexpr gid_t servers = 45678;
constexpr uid_t service = 54321;

struct stat facts(const fs::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status;
}

unsigned mode_of(const fs::path& path) {
    return facts(path).st_mode & 07777u;
}

void allow(const fs::path& path, gid_t group, mode_t mode) {
    REQUIRE(::chown(path.c_str(), static_cast<uid_t>(-1), group) == 0);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
}

Values generation(const std::string& text) {
    return {{"privkey.pem", "key " + text}, {"pubcert.pem", "certificate " + text}};
}

// user::rw-, user:USER:r--, group::---, mask::r--, other::--- (posix_acl_xattr.h).
std::string acl_for(std::uint32_t user) {
    struct Entry {
        std::uint16_t tag, perm;
        std::uint32_t id;
    };
    const std::uint32_t version = 2, nobody = 0xffffffff;
    const Entry entries[] = {{0x01, 6, nobody},
                             {0x02, 4, user},
                             {0x04, 0, nobody},
                             {0x10, 4, nobody},
                             {0x20, 0, nobody}};
    std::string acl(reinterpret_cast<const char*>(&version), sizeof version);
    return acl.append(reinterpret_cast<const char*>(entries), sizeof entries);
}

constexpr const char* acl_name = "system.posix_acl_access";

std::string acl_of(const fs::path& path) {
    std::string acl(4096, '\0');
    ssize_t size = ::getxattr(path.c_str(), acl_name, acl.data(), acl.size());
    acl.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return acl;
}

// A group that this process may give files to, other than its own where there is one.
gid_t some_group() {
    if (::geteuid() == 0)
        return servers;
    gid_t groups[64];
    int count = ::getgroups(64, groups);
    for (int i = 0; i < count; ++i)
        if (groups[i] != ::getegid())
            return groups[i];
    return ::getegid();
}

}  // namespace

TEST_CASE("group and mode of a key, a certificate and their folder stay over renewals") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    const fs::path live = scratch / "md/domains/a.org";
    const gid_t group = some_group();
    await(store->activate("a.org", generation("1")));
    CHECK(mode_of(live / "privkey.pem") == 0600);
    allow(live, group, 0750);
    allow(live / "privkey.pem", group, 0640);
    allow(live / "pubcert.pem", group, 0664);
    for (const char* next : {"2", "3"}) {
        await(store->activate("a.org", generation(next)));
        CHECK(test::read_file(live / "privkey.pem") == std::string("key ") + next);
        CHECK(mode_of(live) == 0750);
        CHECK(mode_of(live / "privkey.pem") == 0640);
        CHECK(mode_of(live / "pubcert.pem") == 0664);
        for (const fs::path& path : {live, live / "privkey.pem", live / "pubcert.pem"})
            CHECK(facts(path).st_gid == group);
    }
    // So does what an administrator took away.
    allow(live / "pubcert.pem", ::getegid(), 0400);
    await(store->activate("a.org", generation("4")));
    CHECK(mode_of(live / "pubcert.pem") == 0400);
    CHECK(facts(live / "pubcert.pem").st_gid == ::getegid());
}

TEST_CASE("what all could read of a key is not kept, the way through its folder is") {
    log::set_level(log::Level::error);
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    const fs::path live = scratch / "md/domains/a.org";
    await(store->activate("a.org", generation("1")));
    allow(live, ::getegid(), 0777);
    allow(live / "privkey.pem", ::getegid(), 0646);
    allow(live / "pubcert.pem", ::getegid(), 0646);
    await(store->activate("a.org", generation("2")));
    CHECK(mode_of(live / "privkey.pem") == 0640);
    CHECK(mode_of(live / "pubcert.pem") == 0644);
    CHECK(mode_of(live) == 0751);
}

TEST_CASE("a key of another type gets what the former one had") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    const fs::path live = scratch / "md/domains/a.org";
    const gid_t group = some_group();
    await(store->activate("a.org", generation("1")));
    allow(live / "privkey.pem", group, 0640);
    await(store->activate("a.org", Values{{"privkey.p-256.pem", "k"}, {"pubcert.p-256.pem", "c"}}));
    CHECK(mode_of(live / "privkey.p-256.pem") == 0640);
    CHECK(facts(live / "privkey.p-256.pem").st_gid == group);
    CHECK(mode_of(live / "pubcert.p-256.pem") == 0644);
}

TEST_CASE("an ACL stays over renewals") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    const fs::path live = scratch / "md/domains/a.org";
    await(store->activate("a.org", generation("1")));
    const std::string acl = acl_for(service);
    if (::setxattr((live / "privkey.pem").c_str(), acl_name, acl.data(), acl.size(), 0) != 0) {
        WARN("skipped: this file system has no ACLs");
        return;
    }
    for (const char* next : {"2", "3"}) {
        await(store->activate("a.org", generation(next)));
        CHECK(test::read_file(live / "privkey.pem") == std::string("key ") + next);
        CHECK(acl_of(live / "privkey.pem") == acl);
        CHECK(acl_of(live / "pubcert.pem") == "");
    }
}

TEST_CASE("a service user who may not give files to the group renews all the same", "[heavy]") {
    if (::geteuid() != 0) {
        WARN("skipped: only root may become another user");
        return;
    }
    test::Scratch scratch;
    REQUIRE(::chown(scratch.path().c_str(), service, service) == 0);
    const bool is_member = GENERATE(true, false);
    const fs::path live = scratch / "md/domains/a.org";
    // A child, since one does not come back; with threads of its own, which a fork does not bring.
    auto as_service = [&](const std::string& number) {
        pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const gid_t groups[] = {servers};
            bool became = ::setgroups(is_member ? 1 : 0, groups) == 0 &&
                          ::setresgid(service, service, service) == 0 &&
                          ::setresuid(service, service, service) == 0;
            log::set_level(log::Level::error);
            boost::asio::thread_pool pool(1);
            auto store = await(FileStore::open(scratch / "md", pool));
            await(store->activate("a.org", generation(number)));
            ::_exit(became ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(status == 0);
    };
    as_service("1");
    allow(live / "privkey.pem", servers, 0640);
    as_service("2");
    CHECK(test::read_file(live / "privkey.pem") == "key 2");
    CHECK(mode_of(live / "privkey.pem") == 0640);
    CHECK(facts(live / "privkey.pem").st_gid == (is_member ? servers : service));
}
