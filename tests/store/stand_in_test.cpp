// SPDX-License-Identifier: Apache-2.0
// Servers go on reading what an MD's files were called, until it was renewed twice under the new
// names. Found by an administrator who changed a first name: nginx did not start any more.
#include "await.hpp"
#include "base/log.hpp"
#include "faults.hpp"
#include "store/layout.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <fcntl.h>
#include <sys/stat.h>

using namespace md;
using namespace md::store;
using md::test::await;
using md::test::open_store;
using md::test::read_file;
using Names = std::vector<std::string>;
using Values = std::map<std::string, std::string>;
namespace fs = std::filesystem;

namespace {

Values rsa(const std::string& text) {
    return {{"privkey.pem", "key " + text}, {"pubcert.pem", "certificate " + text}};
}

Values curve(const std::string& text) {
    return {{"privkey.p-256.pem", "key " + text}, {"pubcert.p-256.pem", "certificate " + text}};
}

// Two months later.
void make_old(const fs::path& link) {
    const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, link.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
}

struct Bench {
    Bench() { log::set_level(log::Level::error); }
    std::string served(const std::string& name, const std::string& file = "pubcert.pem") const {
        return read_file(scratch / "md/domains" / name / file);
    }
    fs::path domain(const std::string& name) const { return scratch / "md/domains" / name; }

    test::Scratch scratch;
    std::unique_ptr<FileStore> store = open_store(scratch / "md");
};

}  // namespace

TEST_CASE("a renamed MD is read under its former name too, which holds nothing itself") {
    Bench bench;
    const bool exchange = GENERATE(true, false);
    test::faults::refuse_exchange(!exchange);
    await(bench.store->activate("a.org", rsa("1")));
    await(bench.store->rename("a.org", "b.org"));
    test::faults::refuse_exchange(false);
    CHECK(bench.served("a.org") == "certificate 1");
    CHECK(bench.served("b.org") == "certificate 1");
    CHECK(fs::read_symlink(bench.domain("a.org")) == "b.org");
    CHECK(await(bench.store->list("domains")) == Names{"b.org"});
    CHECK_FALSE(await(bench.store->read("domains/a.org/pubcert.pem")));
    CHECK(await(bench.store->versions({"domains/a.org"})) ==
          std::vector<std::optional<std::string>>{""});
    CHECK(await(bench.store->former_names()) ==
          std::multimap<std::string, std::string>{{"b.org", "a.org"}});
    bench.store = open_store(bench.scratch / "md");
    CHECK(await(bench.store->list("domains")) == Names{"b.org"});
}

TEST_CASE("the former name goes with the second renewal after it was given up") {
    Bench bench;
    await(bench.store->activate("a.org", rsa("1")));
    await(bench.store->rename("a.org", "b.org"));
    await(bench.store->activate("b.org", rsa("2")));
    CHECK(bench.served("a.org") == "certificate 2");
    make_old(bench.domain("a.org"));
    await(bench.store->activate("b.org", rsa("3")));
    CHECK_FALSE(fs::exists(fs::symlink_status(bench.domain("a.org"))));
    CHECK(bench.served("b.org") == "certificate 3");
    CHECK(await(bench.store->former_names()).empty());
}

TEST_CASE("all former names lead to the present one, whichever way it was renamed") {
    Bench bench;
    await(bench.store->activate("a.org", rsa("1")));
    await(bench.store->rename("a.org", "b.org"));
    await(bench.store->rename("b.org", "c.org"));
    for (const char* name : {"a.org", "b.org", "c.org"})
        CHECK(bench.served(name) == "certificate 1");
    CHECK(fs::read_symlink(bench.domain("a.org")) == "c.org");
    await(bench.store->rename("c.org", "a.org"));
    for (const char* name : {"a.org", "b.org", "c.org"})
        CHECK(bench.served(name) == "certificate 1");
    CHECK_FALSE(fs::is_symlink(bench.domain("a.org")));
    CHECK(await(bench.store->list("domains")) == Names{"a.org"});
}

TEST_CASE("a name that was given up may be an MD's again") {
    Bench bench;
    const bool exchange = GENERATE(true, false);
    await(bench.store->activate("a.org", rsa("1")));
    await(bench.store->rename("a.org", "b.org"));
    test::faults::refuse_exchange(!exchange);
    await(bench.store->activate("a.org", rsa("own")));
    test::faults::refuse_exchange(false);
    CHECK(bench.served("a.org") == "certificate own");
    CHECK(bench.served("b.org") == "certificate 1");
    CHECK(await(bench.store->list("domains")) == Names{"a.org", "b.org"});
    CHECK(await(bench.store->list("archive")).empty());
    CHECK(fs::is_empty(bench.scratch / "md/tmp"));
}

TEST_CASE("files of a former key type lead to the new ones, key and certificate of one type") {
    Bench bench;
    await(bench.store->activate("a.org", rsa("1")));
    await(bench.store->activate("a.org", curve("2")));
    CHECK(bench.served("a.org") == "certificate 2");
    CHECK(bench.served("a.org", "privkey.pem") == "key 2");
    CHECK(fs::read_symlink(bench.domain("a.org") / "privkey.pem") == "privkey.p-256.pem");
    CHECK_FALSE(await(bench.store->read("domains/a.org/privkey.pem")));
    CHECK(await(bench.store->stand_ins("a.org")) == Names{"privkey.pem", "pubcert.pem"});

    await(bench.store->activate("a.org", curve("3")));
    CHECK(bench.served("a.org", "privkey.pem") == "key 3");
    for (const char* file : {"privkey.pem", "pubcert.pem"})
        make_old(bench.domain("a.org") / file);
    await(bench.store->activate("a.org", curve("4")));
    CHECK_FALSE(fs::exists(fs::symlink_status(bench.domain("a.org") / "privkey.pem")));
    CHECK_FALSE(fs::exists(fs::symlink_status(bench.domain("a.org") / "pubcert.pem")));
    CHECK(bench.served("a.org", "pubcert.p-256.pem") == "certificate 4");
}

TEST_CASE("what servers read stays where nobody was told of what replaced it, however old it is") {
    Bench bench;
    await(bench.store->activate("a.org", rsa("1")));
    await(bench.store->rename("a.org", "b.org"));
    await(bench.store->activate("b.org", curve("2")));
    make_old(bench.domain("a.org"));
    for (const char* file : {"privkey.pem", "pubcert.pem"})
        make_old(bench.domain("b.org") / file);
    await(bench.store->activate("b.org", curve("3"), FormerNames::stay));
    CHECK(bench.served("a.org", "privkey.pem") == "key 3");
    CHECK(bench.served("b.org") == "certificate 3");
    await(bench.store->activate("b.org", curve("4")));
    CHECK_FALSE(fs::exists(fs::symlink_status(bench.domain("a.org"))));
    CHECK(await(bench.store->stand_ins("b.org")).empty());
}

TEST_CASE("a key type that is taken up again takes the place of what stood in for it") {
    Bench bench;
    await(bench.store->activate("a.org", rsa("1")));
    await(bench.store->activate("a.org", curve("2")));
    Values both = rsa("3");
    both.merge(curve("4"));
    await(bench.store->activate("a.org", both));
    CHECK(bench.served("a.org") == "certificate 3");
    CHECK_FALSE(fs::is_symlink(bench.domain("a.org") / "pubcert.pem"));
    await(bench.store->activate("a.org", rsa("5")));
    CHECK(bench.served("a.org", "pubcert.p-256.pem") == "certificate 5");
    CHECK(bench.served("a.org", "privkey.p-256.pem") == "key 5");
}
