// SPDX-License-Identifier: Apache-2.0
// Killed at every system call that changes the disk, or failed at every one: what is live is one
// whole set, what was staged is not lost, and opening the store again clears up.
#include "await.hpp"
#include "base/log.hpp"
#include "faults.hpp"
#include "store/layout.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

using namespace md;
using namespace md::store;
using md::test::await;
using md::test::open_store;
using md::test::read_file;
using Values = std::map<std::string, std::string>;
namespace faults = md::test::faults;
namespace fs = std::filesystem;

namespace {

using Work = std::function<void(FileStore&)>;

// Thousands of stores are made here; none has to outlive a power cut.
struct WithoutSync {
    WithoutSync() { faults::skip_sync(true); }
    ~WithoutSync() {
        faults::skip_sync(false);
        faults::refuse_exchange(false);
    }
};

Values generation(const std::string& number) {
    return {{"privkey.pem", "key " + number},
            {"pubcert.pem", "certificate " + number},
            {"md.json", "md " + number},
            {"job.json", "job " + number}};
}

// Runs the work in a child that dies at its n-th call; true when it got through before. The child
// has one thread of its own, since a fork brings none along.
bool survives(const fs::path& root, const Work& work, unsigned n, bool from_open = false) {
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        boost::asio::thread_pool pool(1);
        if (from_open)
            faults::kill_at(n);
        auto store = await(FileStore::open(root, pool));
        if (!from_open)
            faults::kill_at(n);
        work(*store);
        faults::stop();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0));
    return WIFEXITED(status);
}

std::string live(const fs::path& root, const std::string& file) {
    return read_file(root / "domains/a.org" / file);
}

// "1", "2", ... when all files of the folder are of that one generation, "" when there is none.
std::string generation_in(const fs::path& folder) {
    if (!fs::exists(folder))
        return "";
    std::string number = read_file(folder / "md.json").substr(3);
    for (const auto& [file, value] : generation(number)) {
        INFO(folder / file);
        CHECK(read_file(folder / file) == value);
    }
    return number;
}

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// A store whose live set is of this generation (0: none), with a staged attempt.
void prepare(const fs::path& root, int live_generation) {
    auto store = open_store(root);
    for (int i = 1; i <= live_generation; ++i)
        await(store->activate("a.org", generation(std::to_string(i))));
    await(store->write("staging/a.org/order.json", "order"));
    await(store->write("staging/a.org/privkey.pem", "staged key"));
}

void check_staging_whole(const fs::path& root) {
    CHECK(read_file(root / "staging/a.org/order.json") == "order");
    CHECK(read_file(root / "staging/a.org/privkey.pem") == "staged key");
}

// Everything that must hold once the store is open again after activating former + 1.
void check_recovered(const fs::path& root, int former) {
    std::string now = generation_in(root / "domains/a.org");
    bool switched = now == std::to_string(former + 1);
    std::string before = former == 0 ? "" : std::to_string(former);
    CHECK((switched || now == before));
    if (switched) {
        CHECK_FALSE(fs::exists(root / "staging/a.org"));
        CHECK(entries(root / "archive") == static_cast<std::size_t>(std::min(former, 10)));
        if (former > 0)
            CHECK(generation_in(root / "archive" / ("a.org." + before)) == before);
    } else {
        check_staging_whole(root);
    }
    CHECK(fs::is_empty(root / "tmp"));
}

void activate_next(const fs::path& root) {
    auto store = open_store(root);
    await(store->activate("a.org", generation("77")));
    CHECK(generation_in(root / "domains/a.org") == "77");
    CHECK(fs::is_empty(root / "tmp"));
}

}  // namespace

TEST_CASE_METHOD(
    WithoutSync,
    "killed at any step of an activation, the live set is whole and opening completes it",
    "[heavy]") {
    int former = GENERATE(0, 1, 11);
    bool exchange = GENERATE(true, false);
    INFO("live before: " << former << ", exchange: " << exchange);
    faults::refuse_exchange(!exchange);
    Work activate = [&](FileStore& store) {
        await(store.activate("a.org", generation(std::to_string(former + 1))));
    };
    unsigned steps = 0;
    for (bool survived = false; !survived; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", former);
        survived = survives(scratch / "md", activate, steps + 1);
        INFO("killed at step " << steps + 1);
        std::string seen = generation_in(scratch / "md/domains/a.org");
        if (exchange && former > 0)
            CHECK_FALSE(seen.empty());
        open_store(scratch / "md");
        check_recovered(scratch / "md", former);
        if (survived)
            CHECK(generation_in(scratch / "md/domains/a.org") == std::to_string(former + 1));
        activate_next(scratch / "md");
    }
    CHECK(steps > 15);
}

TEST_CASE_METHOD(WithoutSync, "killed again while it recovers, it still recovers", "[heavy]") {
    Work activate = [](FileStore& store) { await(store.activate("a.org", generation("3"))); };
    Work nothing = [](FileStore&) {};
    for (unsigned first = 1, survived = 0; survived == 0; ++first) {
        for (unsigned second = 1 + first % 5, open = 0; open == 0; second += 5) {
            test::Scratch scratch;
            prepare(scratch / "md", 2);
            survived = survives(scratch / "md", activate, first);
            open = survives(scratch / "md", nothing, second, true);
            INFO("killed at " << first << " and at " << second);
            CHECK_FALSE(generation_in(scratch / "md/domains/a.org").empty());
            open_store(scratch / "md");
            check_recovered(scratch / "md", 2);
        }
    }
}

TEST_CASE_METHOD(
    WithoutSync,
    "failed at any step, an activation has happened or not, and is done by trying again",
    "[heavy]") {
    int former = GENERATE(0, 1);
    int error = GENERATE(ENOSPC, EIO);
    log::set_level(log::Level::error);
    unsigned steps = 0;
    for (bool reached = true; reached; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", former);
        auto store = open_store(scratch / "md");
        std::string next = std::to_string(former + 1);
        bool threw = false;
        faults::fail_at(steps + 1, error);
        try {
            await(store->activate("a.org", generation(next)));
        } catch (const base::SystemError& failed) {
            threw = true;
            CHECK(failed.number() == error);
        }
        reached = faults::stop() > steps;
        INFO("failed at step " << steps + 1);
        std::string now = generation_in(scratch / "md/domains/a.org");
        CHECK(now == (threw ? (former == 0 ? "" : std::to_string(former)) : next));
        if (threw)
            check_staging_whole(scratch / "md");
        await(store->activate("a.org", generation(next)));
        CHECK(generation_in(scratch / "md/domains/a.org") == next);
        CHECK_FALSE(fs::exists(scratch / "md/staging/a.org"));
        open_store(scratch / "md");
        CHECK(fs::is_empty(scratch / "md/tmp"));
    }
    CHECK(steps > 15);
}

TEST_CASE_METHOD(WithoutSync,
                 "when everything fails from some step on, nothing is lost once the fault ends",
                 "[heavy]") {
    bool reopened = GENERATE(true, false);
    log::set_level(log::Level::error);
    unsigned steps = 0;
    for (bool reached = true; reached; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", 1);
        auto store = open_store(scratch / "md");
        bool threw = false;
        faults::fail_at(steps + 1, EROFS, true);
        try {
            await(store->activate("a.org", generation("2")));
        } catch (const base::SystemError&) {
            threw = true;
        }
        reached = faults::stop() > steps;
        INFO("failing from step " << steps + 1);
        CHECK(generation_in(scratch / "md/domains/a.org") == (threw ? "1" : "2"));
        if (reopened) {
            store = open_store(scratch / "md");
            check_recovered(scratch / "md", 1);
        }
        await(store->activate("a.org", generation("3")));
        CHECK(generation_in(scratch / "md/domains/a.org") == "3");
        open_store(scratch / "md");
        CHECK(generation_in(scratch / "md/domains/a.org") == "3");
        CHECK(fs::is_empty(scratch / "md/tmp"));
    }
    CHECK(steps > 15);
}

TEST_CASE_METHOD(WithoutSync,
                 "killed or failed at any step, a written value is the former or the new one",
                 "[heavy]") {
    bool killed = GENERATE(true, false);
    unsigned steps = 0;
    for (bool done = false; !done; ++steps) {
        test::Scratch scratch;
        auto store = open_store(scratch / "md");
        await(store->write("staging/a.org/order.json", "former"));
        Work write = [](FileStore& target) {
            await(target.write("staging/a.org/order.json", "new"));
            await(target.write("staging/b.org/order.json", "first"));
        };
        bool threw = false;
        if (killed) {
            done = survives(scratch / "md", write, steps + 1);
        } else {
            faults::fail_at(steps + 1, ENOSPC);
            try {
                write(*store);
            } catch (const base::SystemError&) {
                threw = true;
            }
            done = faults::stop() <= steps;
            CHECK(threw == !done);
        }
        INFO("step " << steps + 1);
        std::string value = read_file(scratch / "md/staging/a.org/order.json");
        CHECK((value == "former" || value == "new"));
        std::string other = read_file(scratch / "md/staging/b.org/order.json");
        CHECK((other.empty() || other == "first"));
        store = open_store(scratch / "md");
        CHECK(fs::is_empty(scratch / "md/tmp"));
        write(*store);
        CHECK(read_file(scratch / "md/staging/b.org/order.json") == "first");
    }
    CHECK(steps > 8);
}

namespace {

// What there is of a.org after a batch: "former", "new" or, which must not be, something between.
std::string batch_seen(const fs::path& root) {
    const std::string job = read_file(root / "staging/a.org/job.json");
    const bool has_order = fs::exists(root / "staging/a.org/order.json");
    const bool has_chain = fs::exists(root / "staging/a.org/pubcert.pem");
    const bool is_former = job == "former" && has_order && !has_chain;
    const bool is_new = job == "new" && !has_order && has_chain;
    return is_former ? "former" : is_new ? "new" : "something between";
}

void commit_batch(FileStore& store) {
    Batch batch;
    batch.changes = {Put{"staging/a.org/job.json", "new"}, Remove{"staging/a.org/order.json"},
                     Put{"staging/a.org/pubcert.pem", "chain"}};
    await(store.commit(batch));
}

}  // namespace

TEST_CASE_METHOD(WithoutSync, "killed at any step, a batch is made whole or not at all",
                 "[heavy]") {
    unsigned steps = 0;
    for (bool survived = false; !survived; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", 0);
        await(open_store(scratch / "md")->write("staging/a.org/job.json", "former"));
        survived = survives(scratch / "md", commit_batch, steps + 1);
        INFO("killed at step " << steps + 1);
        if (steps % 3 == 0)  // and again while it recovers
            survives(
                scratch / "md", [](FileStore&) {}, 1 + steps % 7, true);
        auto store = open_store(scratch / "md");
        const std::string seen = batch_seen(scratch / "md");
        CHECK((seen == "new" || (seen == "former" && !survived)));
        CHECK(fs::is_empty(scratch / "md/tmp"));
        CHECK(read_file(scratch / "md/staging/a.org/privkey.pem") == "staged key");
        commit_batch(*store);
        CHECK(batch_seen(scratch / "md") == "new");
    }
    CHECK(steps > 20);
}

TEST_CASE_METHOD(WithoutSync,
                 "failed from any step on, a batch is not begun, or the next commit completes it",
                 "[heavy]") {
    bool lasting = GENERATE(true, false);
    log::set_level(log::Level::error);
    unsigned steps = 0;
    for (bool reached = true; reached; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", 0);
        auto store = open_store(scratch / "md");
        await(store->write("staging/a.org/job.json", "former"));
        bool threw = false;
        faults::fail_at(steps + 1, ENOSPC, lasting);
        try {
            commit_batch(*store);
        } catch (const base::SystemError& failed) {
            threw = true;
            CHECK(failed.number() == ENOSPC);
        }
        reached = faults::stop() > steps;
        INFO("failed at step " << steps + 1);
        CHECK((threw || batch_seen(scratch / "md") == "new"));
        if (steps % 2 == 0)
            store = open_store(scratch / "md");
        await(store->remove("staging/a.org/none"));
        const std::string seen = batch_seen(scratch / "md");
        CHECK((seen == "former" || seen == "new"));
        // What was interrupted is done once: it does not come back over what followed it.
        await(store->write("staging/a.org/order.json", "another"));
        store = open_store(scratch / "md");
        CHECK(read_file(scratch / "md/staging/a.org/order.json") == "another");
        CHECK(fs::is_empty(scratch / "md/tmp"));
    }
    CHECK(steps > 20);
}

TEST_CASE_METHOD(WithoutSync, "a new set goes live over a batch that cannot be completed") {
    log::set_level(log::Level::error);
    unsigned steps = 0;
    for (bool threw = true; threw; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", 0);
        auto store = open_store(scratch / "md");
        faults::fail_at(steps + 1, EACCES, true);
        threw = false;
        try {
            commit_batch(*store);
        } catch (const base::SystemError&) {
            threw = true;
        }
        faults::stop();
        fs::remove_all(scratch / "md/staging/a.org");
        test::write_file(scratch / "md/staging/a.org", "no folder");
        await(store->activate("a.org", generation("1")));
        CHECK(generation_in(scratch / "md/domains/a.org") == "1");
        open_store(scratch / "md");
        CHECK(fs::is_empty(scratch / "md/tmp"));
    }
    CHECK(steps > 20);
}

TEST_CASE_METHOD(WithoutSync, "killed at any step, a removed folder is there whole or not at all",
                 "[heavy]") {
    unsigned steps = 0;
    for (bool survived = false; !survived; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", 0);
        Work remove = [](FileStore& store) { await(store.remove("staging/a.org")); };
        survived = survives(scratch / "md", remove, steps + 1);
        INFO("killed at step " << steps + 1);
        if (fs::exists(scratch / "md/staging/a.org"))
            check_staging_whole(scratch / "md");
        open_store(scratch / "md");
        CHECK(fs::is_empty(scratch / "md/tmp"));
    }
    CHECK(steps > 3);
}

TEST_CASE_METHOD(WithoutSync, "killed at any step, a rename is completed by the same call",
                 "[heavy]") {
    unsigned steps = 0;
    for (bool survived = false; !survived; ++steps) {
        test::Scratch scratch;
        prepare(scratch / "md", 1);
        Work rename = [](FileStore& store) { await(store.rename("a.org", "b.org")); };
        survived = survives(scratch / "md", rename, steps + 1);
        INFO("killed at step " << steps + 1);
        auto store = open_store(scratch / "md");
        // Whoever reads the former name reads on.
        CHECK(generation_in(scratch / "md/domains/a.org") == "1");
        await(store->rename("a.org", "b.org"));
        CHECK(generation_in(scratch / "md/domains/b.org") == "1");
        CHECK(read_file(scratch / "md/staging/b.org/order.json") == "order");
        CHECK(fs::read_symlink(scratch / "md/domains/a.org") == "b.org");
        CHECK_FALSE(fs::exists(scratch / "md/staging/a.org"));
    }
    CHECK(steps > 4);
}

TEST_CASE_METHOD(WithoutSync, "killed at any step of its first opening, a store opens with one key",
                 "[heavy]") {
    unsigned steps = 0;
    for (bool survived = false; !survived; ++steps) {
        test::Scratch scratch;
        Work nothing = [](FileStore&) {};
        survived = survives(scratch / "md", nothing, steps + 1, true);
        auto store = open_store(scratch / "md");
        CHECK(store->passphrase().size() == 48);
        CHECK(fs::is_empty(scratch / "md/tmp"));
        CHECK(open_store(scratch / "md")->passphrase().reveal() == store->passphrase().reveal());
        CHECK(fs::is_empty(scratch / "md/tmp"));
    }
    CHECK(steps > 15);
}

TEST_CASE_METHOD(
    WithoutSync,
    "killed at any step of the upgrade, a store of version 1.0 becomes one of version 3",
    "[heavy]") {
    unsigned steps = 0;
    for (bool survived = false; !survived; ++steps) {
        test::Scratch scratch;
        fs::create_directories(scratch / "md/domains/a.org");
        test::write_file(scratch / "md/md_store.json",
                         "{\"key\": \"" + std::string(64, 'A') + "\"}");
        test::write_file(scratch / "md/domains/a.org/pkey.pem", "key");
        test::write_file(scratch / "md/domains/a.org/cert.pem", "leaf ");
        test::write_file(scratch / "md/domains/a.org/chain.pem", "chain");
        Work nothing = [](FileStore&) {};
        survived = survives(scratch / "md", nothing, steps + 1, true);
        open_store(scratch / "md");
        CHECK(live(scratch / "md", "privkey.pem") == "key");
        CHECK(live(scratch / "md", "pubcert.pem") == "leaf chain");
        CHECK(read_file(scratch / "md/md_store.json").find("3.0") != std::string::npos);
    }
    CHECK(steps > 15);
}
