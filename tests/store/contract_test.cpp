// SPDX-License-Identifier: Apache-2.0
// The contract of store.hpp, held against every engine: the files and the map of other rooms'
// tests.
#include "await.hpp"
#include "store/layout.hpp"
#include "store/leased_store.hpp"
#include "support/catch.hpp"
#include "support/memory_store.hpp"
#include "support/scratch.hpp"

using namespace md;
using namespace md::store;
using Catch::Contains;
using md::test::await;
using Names = std::vector<std::string>;
using Values = std::map<std::string, std::string>;

namespace {

struct InFiles {
    test::Scratch scratch;
    std::unique_ptr<FileStore> opened = test::open_store(scratch / "md");
    Store& store = *opened;
};

struct InMemory {
    test::MemoryStore memory;
    Store& store = memory;
};

std::optional<std::string> read(Store& store, const std::string& key) {
    return await(store.read(key));
}
void write(Store& store, const std::string& key, const std::string& value) {
    await(store.write(key, value));
}
std::optional<Conflict> commit(Store& store, Batch batch) {
    return await(store.commit(std::move(batch)));
}

}  // namespace

TEMPLATE_TEST_CASE("a value is read as it was written, or is absent", "", InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    CHECK_FALSE(read(store, "domains/a.org/md.json"));
    for (const std::string& value : {std::string("{}"), std::string(), std::string("a\0\xff\n", 4),
                                     std::string(300'000, 'x')}) {
        write(store, "domains/a.org/md.json", value);
        CHECK(read(store, "domains/a.org/md.json") == value);
    }
    CHECK_FALSE(read(store, "domains/a.org/other.json"));
    CHECK_FALSE(read(store, "domains/a.org/md.json/below"));
}

TEMPLATE_TEST_CASE("a folder is not a value", "", InFiles, InMemory) {
    TestType engine;
    write(engine.store, "domains/a.org/md.json", "x");
    CHECK_THROWS_AS(read(engine.store, "domains/a.org"), base::Error);
    CHECK_THROWS_AS(write(engine.store, "domains/a.org", "x"), base::Error);
    CHECK(read(engine.store, "domains/a.org/md.json") == "x");
}

TEMPLATE_TEST_CASE("list gives the names directly below, sorted", "", InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    CHECK(await(store.list("domains")).empty());
    CHECK(await(store.list("domains/none")).empty());
    write(store, "domains/b.org/md.json", "1");
    write(store, "domains/a.org/md.json", "2");
    write(store, "domains/a.org/job.json", "3");
    write(store, "domains/*.c.org/md.json", "4");
    CHECK(await(store.list("domains")) == Names{"*.c.org", "a.org", "b.org"});
    CHECK(await(store.list("domains/a.org")) == Names{"job.json", "md.json"});
    CHECK(await(store.list("domains/a.org/md.json")).empty());
    Names all = await(store.list(""));
    CHECK(std::find(all.begin(), all.end(), "domains") != all.end());
}

TEMPLATE_TEST_CASE("a version stays as long as the values directly below do", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    auto version = [&store](const std::string& prefix) {
        return await(store.versions({prefix})).at(0).value();
    };
    CHECK(version("domains/a.org") == "");
    write(store, "domains/a.org/md.json", "one");
    write(store, "domains/b.org/md.json", "one");
    const std::string first = version("domains/a.org");
    CHECK(first != "");
    CHECK(first == version("domains/a.org"));
    write(store, "domains/b.org/md.json", "two");
    write(store, "domains/a.org/below/md.json", "two");
    CHECK(await(store.versions({"domains/none.org", "domains/a.org"}))[0] == "");
    write(store, "domains/a.org/md.json", "two");
    const std::string second = version("domains/a.org");
    CHECK(second != first);
    write(store, "domains/a.org/job.json", "");
    CHECK(version("domains/a.org") != second);
    await(store.remove("domains/a.org"));
    CHECK(version("domains/a.org") == "");
    CHECK_THROWS_AS(version("../a.org"), base::Error);
}

TEMPLATE_TEST_CASE("a revision is of one value, and stays as long as that does", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    auto revision = [&store](const std::string& key) { return await(store.look_up(key)).revision; };
    CHECK(revision("domains/a.org/md.json") == Revision::absent());
    write(store, "domains/a.org/md.json", "one");
    StoredValue first = await(store.look_up("domains/a.org/md.json"));
    CHECK(first.value == "one");
    CHECK(first.revision != Revision::absent());
    write(store, "domains/a.org/job.json", "another");
    write(store, "domains/b.org/md.json", "another");
    CHECK(revision("domains/a.org/md.json") == first.revision);
    write(store, "domains/a.org/md.json", "two");
    CHECK(revision("domains/a.org/md.json") != first.revision);
    await(store.remove("domains/a.org/md.json"));
    CHECK(revision("domains/a.org/md.json") == Revision::absent());
    CHECK_THROWS_AS(await(store.look_up("domains/b.org")), base::Error);
}

TEMPLATE_TEST_CASE("a commit whose expectation is not met is a conflict and changes nothing", "",
                   InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    const std::string key = "staging/a.org/job.json";
    CHECK_FALSE(commit(store, put_if_still(Revision::absent(), key, "first")));
    CHECK(commit(store, put_if_still(Revision::absent(), key, "again")).value().key == key);
    StoredValue first = await(store.look_up(key));
    CHECK(first.value == "first");
    CHECK_FALSE(commit(store, put_if_still(first.revision, key, "second")));
    CHECK(commit(store, put_if_still(first.revision, key, "third")).value().key == key);
    CHECK(read(store, key) == "second");

    Batch remove = batch_of(Remove{"staging/a.org"});
    remove.expected[key] = first.revision;
    CHECK(commit(store, remove));
    Batch set = batch_of(Activate{"a.org", {{"pubcert.pem", "c"}}});
    set.expected["domains/a.org/pubcert.pem"] = first.revision;
    CHECK(commit(store, set).value().key == "domains/a.org/pubcert.pem");
    CHECK(await(store.list("domains")).empty());
    CHECK(read(store, key) == "second");
    set.expected["domains/a.org/pubcert.pem"] = Revision::absent();
    CHECK_FALSE(commit(store, set));
    CHECK(read(store, "domains/a.org/pubcert.pem") == "c");
}

TEMPLATE_TEST_CASE("a batch of puts and removes of one name is made in its order", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    write(store, "staging/a.org/order.json", "o");
    write(store, "staging/a.org/job.json", "former");
    Batch batch;
    batch.changes = {Put{"staging/a.org/pubcert.pem", "c"},
                     Remove{"staging/a.org/order.json"},
                     Put{"staging/a.org/job.json", "new"},
                     Put{"domains/a.org/x", "1"},
                     Remove{"domains/a.org/x"},
                     Remove{"staging/a.org/none"}};
    batch.expected["staging/a.org/other"] = Revision::absent();
    CHECK_FALSE(commit(store, batch));
    CHECK(await(store.list("staging/a.org")) == Names{"job.json", "pubcert.pem"});
    CHECK(read(store, "staging/a.org/job.json") == "new");
    CHECK_FALSE(read(store, "domains/a.org/x"));
    CHECK_FALSE(commit(store, Batch()));
}

TEMPLATE_TEST_CASE("a batch that cannot be made whole is not begun", "", InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    write(store, "staging/a.org/folder/job.json", "j");
    auto refused = [&store](std::vector<Change> changes, const std::string& expected = {}) {
        Batch batch;
        batch.changes = std::move(changes);
        if (!expected.empty())
            batch.expected[expected] = Revision::absent();
        CHECK_THROWS_AS(await(store.commit(batch)), base::Error);
    };
    refused({Put{"staging/a.org/x", "1"}, Put{"staging/a.org/folder", "2"}});
    refused({Put{"staging/a.org/x", "1"}, Put{"staging/b.org/x", "2"}});
    refused({Put{"staging/a.org/x", "1"}, SetAside{"staging/a.org/x"}});
    refused({Put{"staging/a.org/x", "1"}, Activate{"a.org", {}}});
    refused({Put{"staging/a.org/x", "1"}}, "staging/b.org/x");
    refused({Put{"staging/a.org/x", "1"}}, "../x");
    CHECK(await(store.list("staging")) == Names{"a.org"});
    CHECK(await(store.list("staging/a.org")) == Names{"folder"});
}

TEMPLATE_TEST_CASE("a lease has one holder, and what he lost he changes nothing with", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    auto lease = await(store.acquire(driver_lease, "the first"));
    CHECK_FALSE(lease->keep());
    CHECK_THROWS_WITH(await(store.acquire(driver_lease, "the second")), Contains("the first"));
    LeasedStore leased(store, *lease);
    write(leased, "domains/a.org/md.json", "1");
    CHECK(read(leased, "domains/a.org/md.json") == "1");

    Batch late = batch_of(Put{"domains/a.org/md.json", "late"});
    late.lease = lease->token();
    lease.reset();
    CHECK_THROWS_AS(await(store.commit(late)), LeaseLost);
    auto second = await(store.acquire(driver_lease, "the second"));
    CHECK_THROWS_AS(await(store.commit(late)), LeaseLost);
    CHECK(read(store, "domains/a.org/md.json") == "1");
    late.lease = second->token();
    CHECK_FALSE(commit(store, late));
    CHECK(read(store, "domains/a.org/md.json") == "late");
}

TEMPLATE_TEST_CASE("a watch tells what changes below its prefix, in order", "", InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    auto watch = store.watch("domains/a.org");
    auto everything = store.watch("");
    auto next = [](Watch& told) {
        Notice notice = await(told.next());
        return notice.key + (notice.revision ? "" : " ?");
    };
    write(store, "domains/a.org/md.json", "1");
    write(store, "domains/a.organic/md.json", "1");
    write(store, "staging/a.org/md.json", "1");
    Notice written = await(watch->next());
    CHECK(written.key == "domains/a.org/md.json");
    CHECK(written.revision == await(store.look_up(written.key)).revision);
    await(store.activate("a.org", Values{{"pubcert.pem", "1"}}));
    await(store.rename("a.org", "b.org"));
    await(store.rename("b.org", "a.org"));
    commit(store, batch_of(Retire{"a.org"}));
    for (int i = 0; i < 4; ++i)
        CHECK(next(*watch) == "domains/a.org ?");
    await(store.remove("domains"));
    CHECK(next(*watch) == "domains ?");
    CHECK(next(*everything) == "domains/a.org/md.json");
    CHECK(next(*everything) == "domains/a.organic/md.json");
    CHECK(next(*everything) == "staging/a.org/md.json");
}

TEMPLATE_TEST_CASE("a watch that is not read asks to look again, and a wait can be cancelled", "",
                   InFiles, InMemory) {
    TestType engine;
    auto watch = engine.store.watch("staging");
    {
        base::asio::io_context ioc;
        base::asio::cancellation_signal stop;
        std::exception_ptr ended;
        auto cancelled = base::asio::bind_cancellation_slot(
            stop.slot(), [&](std::exception_ptr error, Notice) { ended = error; });
        base::asio::co_spawn(ioc, watch->next(), cancelled);
        ioc.poll();
        stop.emit(base::asio::cancellation_type::terminal);
        ioc.run();
        CHECK(ended);
    }
    auto unread = engine.store.watch("staging");
    for (int i = 0; i < 1001; ++i)
        await(engine.store.remove("staging/a.org"));
    Notice all = await(unread->next());
    CHECK(all.key == "staging");
    CHECK_FALSE(all.revision);
}

TEMPLATE_TEST_CASE("remove takes a value, or all below a prefix, and absence is fine", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    await(store.remove("staging/a.org"));
    write(store, "staging/a.org/md.json", "1");
    write(store, "staging/a.org/job.json", "2");
    write(store, "staging/a.organic/job.json", "3");
    await(store.remove("staging/a.org/md.json"));
    CHECK(await(store.list("staging/a.org")) == Names{"job.json"});
    await(store.remove("staging/a.org"));
    CHECK(await(store.list("staging")) == Names{"a.organic"});
}

TEMPLATE_TEST_CASE("activate makes exactly these values the live set, and staging is gone", "",
                   InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    write(store, "staging/a.org/order.json", "o");
    write(store, "staging/b.org/order.json", "o");
    await(store.activate("a.org", Values{{"privkey.pem", "k1"}, {"pubcert.pem", "c1"}}));
    CHECK(await(store.list("domains/a.org")) == Names{"privkey.pem", "pubcert.pem"});
    CHECK(read(store, "domains/a.org/privkey.pem") == "k1");
    CHECK(await(store.list("staging")) == Names{"b.org"});
    CHECK(await(store.list("archive")).empty());

    await(store.activate("a.org", Values{{"pubcert.pem", "c2"}}));
    CHECK(await(store.list("domains/a.org")) == Names{"pubcert.pem"});
    CHECK(read(store, "archive/a.org.1/privkey.pem") == "k1");
}

TEMPLATE_TEST_CASE("the last 10 former sets are kept, their numbers only grow", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    write(store, "archive/other.org.1/pubcert.pem", "not of this MD");
    for (int i = 1; i <= 14; ++i)
        await(store.activate("a.org", Values{{"pubcert.pem", std::to_string(i)}}));
    Names kept = await(store.list("archive"));
    CHECK(kept.size() == 11);
    CHECK_FALSE(read(store, "archive/a.org.3/pubcert.pem"));
    for (int i = 4; i <= 13; ++i)
        CHECK(read(store, "archive/a.org." + std::to_string(i) + "/pubcert.pem") ==
              std::to_string(i));
    CHECK(read(store, "domains/a.org/pubcert.pem") == "14");
}

TEMPLATE_TEST_CASE("rename moves domains and staging, and keeps the archive", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    await(store.activate("old.org", Values{{"pubcert.pem", "1"}}));
    await(store.activate("old.org", Values{{"pubcert.pem", "2"}}));
    write(store, "staging/old.org/job.json", "j");
    await(store.rename("old.org", "new.org"));
    CHECK(await(store.list("domains")) == Names{"new.org"});
    CHECK(await(store.list("staging")) == Names{"new.org"});
    CHECK(await(store.list("archive")) == Names{"old.org.1"});
    CHECK(read(store, "domains/new.org/pubcert.pem") == "2");
    await(store.rename("absent.org", "new.org"));
    CHECK(read(store, "domains/new.org/pubcert.pem") == "2");
}

TEMPLATE_TEST_CASE("rename replaces what was begun for a name that holds nothing", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    await(store.activate("old.org", Values{{"pubcert.pem", "1"}}));
    write(store, "staging/new.org/order.json", "new");
    const bool begun = GENERATE(true, false);
    if (begun)
        write(store, "staging/old.org/job.json", "old");
    await(store.rename("old.org", "new.org"));
    CHECK(await(store.list("domains")) == Names{"new.org"});
    CHECK(await(store.list("staging/new.org")) == Names{begun ? "job.json" : "order.json"});
    CHECK(await(store.list("staging")) == Names{"new.org"});
}

TEMPLATE_TEST_CASE("rename does not run over another MD", "", InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    await(store.activate("old.org", Values{{"pubcert.pem", "1"}}));
    await(store.activate("new.org", Values{{"pubcert.pem", "2"}}));
    CHECK_THROWS_AS(await(store.rename("old.org", "new.org")), base::Error);
    CHECK(read(store, "domains/old.org/pubcert.pem") == "1");
    CHECK(read(store, "domains/new.org/pubcert.pem") == "2");
}

TEMPLATE_TEST_CASE("set_aside keeps what is damaged, the latest only", "", InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    await(store.set_aside("domains/a.org"));
    for (const char* value : {"first", "second"}) {
        write(store, "domains/a.org/pubcert.pem", value);
        await(store.set_aside("domains/a.org"));
    }
    CHECK(await(store.list("domains")) == Names{"a.org.damaged"});
    CHECK(read(store, "domains/a.org.damaged/pubcert.pem") == "second");
    write(store, "staging/a.org/job.json", "x");
    await(store.set_aside("staging/a.org/job.json"));
    CHECK(await(store.list("staging/a.org")) == Names{"job.json.damaged"});
}

TEMPLATE_TEST_CASE("a set that is retired goes to the archive, and what was begun away", "",
                   InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    await(store.activate("a.org", Values{{"pubcert.pem", "1"}}));
    await(store.activate("a.org", Values{{"pubcert.pem", "2"}}));
    write(store, "staging/a.org/order.json", "o");
    CHECK_FALSE(commit(store, batch_of(Retire{"a.org"})));
    CHECK(await(store.list("domains")).empty());
    CHECK(await(store.list("staging")).empty());
    CHECK(read(store, "archive/a.org.2/pubcert.pem") == "2");
    CHECK_THROWS_AS(commit(store, batch_of(Retire{"a.org"})), base::Error);
}

TEMPLATE_TEST_CASE("no key leads out of the store", "", InFiles, InMemory) {
    TestType engine;
    Store& store = engine.store;
    for (const char* key : {"../x", "/etc/passwd", "", "domains/../../x", "domains//x", "a\nb"}) {
        CHECK_THROWS_AS(read(store, key), base::Error);
        CHECK_THROWS_AS(write(store, key, "x"), base::Error);
        CHECK_THROWS_AS(await(store.remove(key)), base::Error);
        CHECK_THROWS_AS(await(store.set_aside(key)), base::Error);
        CHECK_THROWS_AS(await(store.activate(key, Values{{"x", "y"}})), base::Error);
        CHECK_THROWS_AS(await(store.activate("a.org", Values{{key, "y"}})), base::Error);
        CHECK_THROWS_AS(await(store.rename("a.org", key)), base::Error);
        CHECK_THROWS_AS(await(store.rename(key, "a.org")), base::Error);
    }
    CHECK_THROWS_AS(await(store.list("..")), base::Error);
    CHECK(await(store.list("domains")).empty());
}

TEMPLATE_TEST_CASE("the passphrase is 48 octets", "", InFiles, InMemory) {
    TestType engine;
    CHECK(engine.store.passphrase().size() == 48);
}

TEST_CASE("the memory store fails when it is told to, and then changes nothing") {
    test::MemoryStore store;
    write(store, "domains/a.org/md.json", "old");
    store.fail_change(2);
    write(store, "domains/a.org/job.json", "fine");
    CHECK_THROWS_AS(write(store, "domains/a.org/md.json", "new"), base::SystemError);
    CHECK(read(store, "domains/a.org/md.json") == "old");
    write(store, "domains/a.org/md.json", "new");
    CHECK(store.changes() == 4);
    store.fail_change(1, true);
    CHECK_THROWS_AS(await(store.activate("a.org", Values{{"x", "y"}})), base::SystemError);
    CHECK_THROWS_AS(await(store.remove("domains/a.org")), base::SystemError);
    store.heal();
    CHECK(read(store, "domains/a.org/md.json") == "new");
}
