// SPDX-License-Identifier: Apache-2.0
// The contract of store.hpp, held against every engine: the files and the map of other rooms'
// tests.
#include "await.hpp"
#include "store/layout.hpp"
#include "support/catch.hpp"
#include "support/memory_store.hpp"
#include "support/scratch.hpp"

using namespace md;
using namespace md::store;
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

TEMPLATE_TEST_CASE("update writes what is made of the value that is there, or nothing", "", InFiles,
                   InMemory) {
    TestType engine;
    Store& store = engine.store;
    Store::Change append = [](const auto& former) { return former.value_or("first") + ","; };
    await(store.update("staging/a.org/job.json", append));
    CHECK(read(store, "staging/a.org/job.json") == "first,");
    await(store.update("staging/a.org/job.json", append));
    CHECK(read(store, "staging/a.org/job.json") == "first,,");
    Store::Change leave = [](const auto&) { return std::nullopt; };
    await(store.update("staging/a.org/job.json", leave));
    await(store.update("staging/b.org/job.json", leave));
    CHECK(read(store, "staging/a.org/job.json") == "first,,");
    CHECK_FALSE(read(store, "staging/b.org/job.json"));
    CHECK_THROWS(await(store.update("../x", append)));
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
