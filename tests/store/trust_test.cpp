// SPDX-License-Identifier: Apache-2.0
// A store that others may write to is refused, and no link in one is followed. Found by a store in
// a folder of somebody else, whose tmp/ was a link: root emptied what it led to.
#include "store/trust.hpp"

#include "await.hpp"
#include "store/lease.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace md;
using namespace md::store;
using Catch::Contains;
using md::test::await;
using md::test::open_store;
using md::test::read_file;
using md::test::write_file;
using Values = std::map<std::string, std::string>;
namespace fs = std::filesystem;

namespace {

constexpr uid_t stranger = 54321;

// What must be there afterwards.
struct Victim {
    explicit Victim(const fs::path& place) : folder(place) {
        fs::create_directories(folder / "a.org");
        write_file(folder / "precious", "kept");
        write_file(folder / "a.org/precious", "kept");
    }
    bool is_whole() const {
        std::size_t entries = 0;
        for ([[maybe_unused]] const auto& entry : fs::recursive_directory_iterator(folder))
            ++entries;
        return entries == 3 && read_file(folder / "precious") == "kept" &&
               read_file(folder / "a.org/precious") == "kept";
    }
    fs::path folder;
};

bool skipped_without_root() {
    if (::geteuid() != 0)
        WARN("skipped: only root may give files away");
    return ::geteuid() != 0;
}

}  // namespace

TEST_CASE("a store that others may write to is refused, with its place and what to do") {
    const std::string place = GENERATE("", "/accounts", "/domains", "/archive", "/tmp");
    const unsigned mode = GENERATE(0777u, 0770u, 01777u, 0702u);
    test::Scratch scratch;
    open_store(scratch / "md");
    const std::string path = (scratch / "md").string() + place;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    INFO(path << " has mode " << std::oct << mode);
    CHECK_THROWS_WITH(open_store(scratch / "md"),
                      Contains(path + " may be written to by") && Contains("chmod g"));
    CHECK_THAT(trust_problem((scratch / "md").string()), Contains(path));
    REQUIRE(::chmod(path.c_str(), 0750) == 0);
    CHECK(trust_problem((scratch / "md").string()) == "");
    open_store(scratch / "md");
}

TEST_CASE("nothing is made in a folder that others may write to, not even the lock") {
    test::Scratch scratch;
    fs::create_directory(scratch / "md");
    fs::permissions(scratch / "md", fs::perms::all);
    CHECK_THROWS_WITH(acquire_lease((scratch / "md").string()), Contains("may be written to"));
    CHECK_THROWS_AS(open_store(scratch / "md"), base::Error);
    CHECK(fs::is_empty(scratch / "md"));
}

TEST_CASE("a folder above the store is looked at too, as far as it is there") {
    test::Scratch scratch;
    fs::create_directories(scratch / "open/closed");
    fs::permissions(scratch / "open", fs::perms::all);
    for (const char* place : {"open/closed/md", "open/absent/md"})
        CHECK_THROWS_WITH(open_store(scratch / place),
                          Contains((scratch / "open").string() + " may be written to by all"));
    // As /tmp is: nobody can move what is another's.
    fs::permissions(scratch / "open", fs::perms::all | fs::perms::sticky_bit);
    open_store(scratch / "open/closed/md");
}

TEST_CASE("a store of somebody else is refused, and so is one below a folder of his") {
    if (skipped_without_root())
        return;
    test::Scratch scratch;
    open_store(scratch / "way/md");
    const std::string place = GENERATE("way/md", "way", "way/md/tmp", "way/md/domains");
    const std::string path = (scratch / place).string();
    REQUIRE(::chown(path.c_str(), stranger, stranger) == 0);
    CHECK_THROWS_WITH(open_store(scratch / "way/md"),
                      Contains(path + " belongs to user #54321") && Contains("chown "));
    REQUIRE(::chown(path.c_str(), 0, 0) == 0);
    open_store(scratch / "way/md");
}

TEST_CASE("a folder of the store that is a link is refused, and what it leads to is left alone") {
    const std::string group =
        GENERATE("accounts", "challenges", "domains", "staging", "archive", "tmp");
    test::Scratch scratch;
    const Victim victim(scratch / "victim");
    open_store(scratch / "md");
    fs::remove_all(scratch / "md" / group);
    fs::create_directory_symlink(victim.folder, scratch / "md" / group);
    CHECK_THROWS_WITH(open_store(scratch / "md"),
                      Contains((scratch / "md" / group).string() + " is a link"));
    CHECK(victim.is_whole());
}

TEST_CASE("a link of somebody else's leads to no store") {
    if (skipped_without_root())
        return;
    test::Scratch scratch;
    open_store(scratch / "real");
    fs::create_directory_symlink(scratch / "real", scratch / "md");
    open_store(scratch / "md");
    REQUIRE(::lchown((scratch / "md").c_str(), stranger, stranger) == 0);
    CHECK_THROWS_WITH(open_store(scratch / "md"), Contains("belongs to user #54321"));
}

// Beside mod_md, staging/ and challenges/ are the web server's: it may put anything there.
TEST_CASE("in what the web server may write to, no link is followed, whatever is done") {
    test::Scratch scratch;
    const Victim victim(scratch / "victim");
    auto store = open_store(scratch / "md");
    if (::geteuid() == 0)
        for (const char* shared : {"staging", "challenges"})
            REQUIRE(::chown((scratch / "md" / shared).c_str(), stranger, stranger) == 0);
    const std::string group = GENERATE("staging", "challenges");
    const std::string key = group + "/a.org";
    fs::create_directory_symlink(victim.folder / "a.org", scratch / "md" / key);
    fs::create_directory(scratch / "md" / group / "b.org");
    fs::create_symlink(victim.folder / "precious", scratch / "md" / group / "b.org/job.json");
    fs::create_directory_symlink(victim.folder, scratch / "md" / group / "b.org/below");

    store = open_store(scratch / "md");
    CHECK_THROWS_WITH(await(store->read(key + "/precious")),
                      Contains("links in a store are not followed"));
    CHECK_THROWS_WITH(await(store->read(group + "/b.org/job.json")),
                      Contains("links in a store are not followed"));
    CHECK_THROWS_AS(await(store->list(key)), base::Error);
    CHECK_THROWS_AS(await(store->write(key + "/job.json", "{}")), base::Error);
    CHECK_THROWS_AS(await(store->write(group + "/b.org/below/precious", "{}")), base::Error);
    CHECK(await(store->versions({key})) == std::vector<std::optional<std::string>>{{}});
    CHECK(victim.is_whole());
    // What replaces a link replaces the link; what removes one removes the link.
    await(store->write(group + "/b.org/job.json", "{}"));
    CHECK(await(store->read(group + "/b.org/job.json")) == "{}");
    await(store->remove(group + "/b.org"));
    await(store->activate("a.org", Values{{"pubcert.pem", "c"}}));
    await(store->remove(key));
    CHECK_FALSE(fs::exists(fs::symlink_status(scratch / "md" / key)));
    CHECK(victim.is_whole());
    CHECK(fs::is_empty(scratch / "md/tmp"));
}

TEST_CASE("what was left in tmp/ is removed without following its links") {
    test::Scratch scratch;
    const Victim victim(scratch / "victim");
    open_store(scratch / "md");
    fs::create_directories(scratch / "md/tmp/a.org/deep");
    fs::create_directory_symlink(victim.folder, scratch / "md/tmp/a.org/deep/link");
    fs::create_directory_symlink(victim.folder, scratch / "md/tmp/b.org");
    fs::create_directory_symlink(victim.folder, scratch / "md/tmp/.new-1");
    open_store(scratch / "md");
    CHECK(fs::is_empty(scratch / "md/tmp"));
    CHECK(victim.is_whole());
}
