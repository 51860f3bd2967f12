// SPDX-License-Identifier: Apache-2.0
// One writer: the second is told who the first is, and death gives the lease back.
#include "store/lease.hpp"

#include "await.hpp"
#include "store/leased_store.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace md;
using namespace md::store;
using Catch::Contains;

TEST_CASE("the lease is had once, and again when it was given back") {
    test::Scratch scratch;
    {
        FileLease lease = acquire_lease(scratch / "md");
        CHECK_THROWS_AS(acquire_lease(scratch / "md"), LeaseHeld);
    }
    FileLease again = acquire_lease(scratch / "md");
    FileLease other_store = acquire_lease(scratch / "other");
}

TEST_CASE("a lease that is moved is still held, once") {
    test::Scratch scratch;
    FileLease first = acquire_lease(scratch / "md");
    FileLease second = std::move(first);
    CHECK_THROWS_AS(acquire_lease(scratch / "md"), LeaseHeld);
}

TEST_CASE("who is refused is told who holds it") {
    test::Scratch scratch;
    FileLease lease = acquire_lease(scratch / "md");
    CHECK(test::read_file(scratch / "md/store.lock") == this_owner() + "\n");
    CHECK_THROWS_WITH(acquire_lease(scratch / "md"),
                      Contains((scratch / "md").string()) && Contains("in use by " + this_owner()));
    CHECK_THAT(this_owner(), Contains("process " + std::to_string(::getpid()) + " on "));
}

TEST_CASE("what a stranger wrote into the lock file is told harmlessly") {
    test::Scratch scratch;
    FileLease lease = acquire_lease(scratch / "md", "x\x1b[31m");
    CHECK_THROWS_WITH(acquire_lease(scratch / "md"), Contains("in use by x?[31m"));
}

TEST_CASE("the directory is made, for its owner alone") {
    test::Scratch scratch;
    FileLease lease = acquire_lease(scratch / "a/b/md");
    struct stat status {};
    REQUIRE(::stat((scratch / "a/b/md").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777u) == 0700);
}

TEST_CASE("a lock that cannot be had at all is another error") {
    test::Scratch scratch;
    test::write_file(scratch / "file", "");
    CHECK_THROWS_AS(acquire_lease(scratch / "file"), base::SystemError);
    std::filesystem::create_directories(scratch / "md/store.lock");
    CHECK_THROWS_WITH(acquire_lease(scratch / "md"), Contains("store.lock"));
}

TEST_CASE("the kernel gives the lease back when its holder is killed") {
    test::Scratch scratch;
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    pid_t holder = ::fork();
    REQUIRE(holder >= 0);
    if (holder == 0) {
        FileLease lease = acquire_lease(scratch / "md");
        [[maybe_unused]] ssize_t told = ::write(ready[1], "x", 1);
        while (true)
            ::pause();
    }
    char got = 0;
    REQUIRE(::read(ready[0], &got, 1) == 1);
    CHECK_THROWS_WITH(acquire_lease(scratch / "md"), Contains("process " + std::to_string(holder)));
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    CHECK_NOTHROW(acquire_lease(scratch / "md"));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("a lock of mod_md's kind excludes us") {
    test::Scratch scratch;
    std::filesystem::create_directory(scratch / "md");
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    pid_t httpd = ::fork();
    REQUIRE(httpd >= 0);
    if (httpd == 0) {
        int file = ::open((scratch / "md/store.lock").c_str(), O_RDWR | O_CREAT, 0640);
        struct flock whole {};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        bool locked = ::fcntl(file, F_SETLK, &whole) == 0;
        [[maybe_unused]] ssize_t told = ::write(ready[1], locked ? "y" : "n", 1);
        while (true)
            ::pause();
    }
    char got = 0;
    REQUIRE(::read(ready[0], &got, 1) == 1);
    CHECK(got == 'y');
    CHECK_THROWS_WITH(acquire_lease(scratch / "md"), Contains("another process"));
    ::kill(httpd, SIGKILL);
    ::waitpid(httpd, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
}

// The store was removed under a running daemon, and a second one could begin.
TEST_CASE("a lease whose file is gone, or is another one, knows it") {
    test::Scratch scratch;
    const std::string directory = scratch / "md";
    FileLease lease = acquire_lease(directory);
    CHECK(lease.is_in_place());
    std::filesystem::remove_all(directory);
    CHECK_FALSE(lease.is_in_place());
    {
        FileLease other = acquire_lease(directory);
        CHECK_FALSE(lease.is_in_place());
        CHECK_THROWS_AS(acquire_lease(directory), LeaseHeld);
    }
    lease = acquire_lease(directory);
    CHECK(lease.is_in_place());
    CHECK_THROWS_AS(acquire_lease(directory), LeaseHeld);
}

TEST_CASE("a lease stays with its store when the link to that leads elsewhere") {
    test::Scratch scratch;
    for (const char* one : {"one", "other"})
        std::filesystem::create_directory(scratch / one);
    std::filesystem::create_directory_symlink(scratch / "one", scratch / "md");
    FileLease lease = acquire_lease(scratch / "md");
    std::filesystem::remove(scratch / "md");
    std::filesystem::create_directory_symlink(scratch / "other", scratch / "md");
    CHECK_FALSE(lease.keep());
    CHECK_THROWS_AS(acquire_lease(scratch / "one"), LeaseHeld);
    FileLease another = acquire_lease(scratch / "md");
}

TEST_CASE("a commit takes a lock that is gone again, or is refused where another has it") {
    test::Scratch scratch;
    const std::string directory = scratch / "md";
    FileStore store(directory, test::io_pool());
    auto lease = test::await(store.acquire(driver_lease, "the first"));
    LeasedStore leased(store, *lease);
    test::await(leased.write("staging/a.org/job.json", "1"));
    CHECK_FALSE(lease->keep());

    test::fs::remove(scratch / "md/store.lock");
    test::await(leased.write("staging/a.org/job.json", "2"));
    CHECK(lease_holder(directory) == "the first");
    CHECK(lease->keep());  // the loop is told all the same, and looks what else is gone
    CHECK_FALSE(lease->keep());

    test::fs::remove(scratch / "md/store.lock");
    FileLease other = acquire_lease(directory, "another");
    CHECK_THROWS_AS(test::await(leased.write("staging/a.org/job.json", "3")), LeaseLost);
    CHECK_THROWS_AS(lease->keep(), LeaseHeld);
    CHECK(test::read_file(scratch / "md/staging/a.org/job.json") == "2");
}

TEST_CASE("a store is made by whoever acquires its lease, and touched by nobody before") {
    test::Scratch scratch;
    FileStore store((scratch / "md").string(), test::io_pool());
    CHECK_THROWS_AS(test::await(store.write("staging/a.org/job.json", "1")), base::Error);
    CHECK_FALSE(test::fs::exists(scratch / "md"));
    FileLease other = acquire_lease(scratch / "md", "another");
    CHECK_THROWS_AS(test::await(store.acquire(driver_lease, "the first")), LeaseHeld);
    CHECK_FALSE(test::fs::exists(scratch / "md/md_store.json"));
}
