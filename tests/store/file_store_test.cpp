// SPDX-License-Identifier: Apache-2.0
// The store on a real disk: what is made, with which modes, what is refused and what is upgraded.
#include "store/file_store.hpp"

#include "await.hpp"
#include "base/log.hpp"
#include "faults.hpp"
#include "store/file_batch.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <csignal>
#include <sys/resource.h>
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

unsigned mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777u;
}

class Umask {
public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    ~Umask() { ::umask(before_); }

private:
    mode_t before_;
};

std::string header_text(double version) {
    return to_text(StoreHeader{version, base::Secret(std::string(48, 'k'))});
}

void fill(FileStore& store) {
    await(store.write(account_key("ACME-ca-0000", account_file), "{}"));
    await(store.write(account_key("ACME-ca-0000", account_key_file), "k"));
    await(store.write(staging_key("a.org", order_file), "{}"));
    await(store.write(challenge_key("a.org", "acme-http-01.txt"), "t"));
    for (int i = 0; i < 2; ++i)
        await(store.activate("a.org", Values{{"privkey.pem", "k"},
                                             {"privkey.p-256.pem", "k"},
                                             {"pubcert.pem", "c"},
                                             {"md.json", "{}"},
                                             {"job.json", "{}"}}));
    await(store.write(domain_key("a.org", job_file), "{}"));
    await(store.write(staging_key("a.org", "privkey.pem"), "k"));
}

}  // namespace

TEST_CASE("opening makes the tree and a store of version 3 with a key of its own") {
    test::Scratch scratch;
    auto one = open_store(scratch / "root/md");
    auto two = open_store(scratch / "other");
    for (const char* group : {"accounts", "challenges", "domains", "staging", "archive", "tmp"})
        CHECK(fs::is_directory(scratch / "root/md" / group));
    auto header = parse_header(read_file(scratch / "root/md/md_store.json"));
    REQUIRE(header.has_value());
    CHECK(header->version == 3.0);
    CHECK(header->key.reveal() == one->passphrase().reveal());
    CHECK(one->passphrase().reveal() != two->passphrase().reveal());
}

TEST_CASE("opening again changes nothing") {
    test::Scratch scratch;
    auto first = open_store(scratch / "md");
    std::string header = read_file(scratch / "md/md_store.json");
    await(first->activate("a.org", Values{{"pubcert.pem", "c"}}));
    auto second = open_store(scratch / "md");
    CHECK(read_file(scratch / "md/md_store.json") == header);
    CHECK(await(second->read("domains/a.org/pubcert.pem")) == "c");
}

TEST_CASE("modes are the same under every umask") {
    mode_t mask = GENERATE(as<mode_t>{}, 0, 022, 077, 0777);
    test::Scratch scratch;
    {
        Umask umask(mask);
        fs::create_directory(scratch / "root");
        fs::permissions(scratch / "root", fs::perms::owner_all);
        auto store = open_store(scratch / "root/md");
        fill(*store);
    }
    fs::path root = scratch / "root/md";
    CHECK(mode_of(root) == 0700);
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        std::string key = fs::relative(entry.path(), root).string();
        INFO(key);
        files += !entry.is_directory();
        CHECK(mode_of(entry.path()) == (entry.is_directory() ? 0700 : file_mode(key)));
    }
    CHECK(files == 15);
    CHECK(mode_of(root / "domains/a.org/privkey.p-256.pem") == 0600);
    CHECK(mode_of(root / "md_store.json") == 0600);
}

TEST_CASE("a rewritten file loses the open mode another program gave it") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    await(store->write("accounts/ACME-ca-0000/account.json", "{}"));
    fs::path file = scratch / "md/accounts/ACME-ca-0000/account.json";
    fs::permissions(file, fs::perms{0644});
    await(store->write("accounts/ACME-ca-0000/account.json", "{ }"));
    CHECK(mode_of(file) == 0600);
}

TEST_CASE("the directory may be a symlink, relative, or end with a slash") {
    test::Scratch scratch;
    fs::create_directory(scratch / "elsewhere");
    fs::create_symlink(scratch / "elsewhere", scratch / "md");
    auto store = open_store((scratch / "md").string() + "/");
    await(store->activate("a.org", Values{{"pubcert.pem", "c"}}));
    CHECK(fs::is_symlink(scratch / "md"));
    CHECK(read_file(scratch / "elsewhere/domains/a.org/pubcert.pem") == "c");

    fs::path before = fs::current_path();
    fs::current_path(scratch.path());
    auto relative = open_store("md");
    fs::current_path(before);
    CHECK(await(relative->read("domains/a.org/pubcert.pem")) == "c");
    CHECK_THROWS_AS(open_store(""), base::Error);
}

TEST_CASE("nothing is left in tmp/") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    fill(*store);
    await(store->remove("staging/a.org"));
    CHECK(fs::is_empty(scratch / "md/tmp"));
}

TEST_CASE("leftovers of a dead writer and of httpd vanish from tmp/ when the store is opened") {
    test::Scratch scratch;
    open_store(scratch / "md");
    fs::create_directories(scratch / "md/tmp/a.org");
    write_file(scratch / "md/tmp/a.org/job.json", "{}");
    write_file(scratch / "md/tmp/.new-1", "half a fi");
    fs::create_directories(scratch / "md/tmp/.new-2/sub");
    open_store(scratch / "md");
    CHECK(fs::is_empty(scratch / "md/tmp"));
    CHECK(fs::is_empty(scratch / "md/domains"));
}

TEST_CASE("a damaged or too new md_store.json refuses to open, and says what to do") {
    test::Scratch scratch;
    fs::create_directory(scratch / "md");
    fs::path header = scratch / "md/md_store.json";
    for (const char* text : {"", "{", "[]", "{\"store\": {\"version\": 3.0}}"}) {
        write_file(header, text);
        CHECK_THROWS_WITH(open_store(scratch / "md"),
                          Contains(header.string()) && Contains("from a backup"));
        CHECK_THROWS_AS(await(FileStore::open_read_only(scratch / "md", test::io_pool())),
                        base::Error);
        CHECK(read_file(header) == text);
    }
    write_file(header, header_text(4.0));
    CHECK_THROWS_WITH(open_store(scratch / "md"), Contains("a newer program"));
    fs::remove(header);
    fs::create_directory(header);
    CHECK_THROWS_WITH(open_store(scratch / "md"), Contains(header.string()));
}

TEST_CASE("a store of version 1.0 becomes one of version 3") {
    test::Scratch scratch;
    fs::path root = scratch / "md";
    for (const char* folder : {"domains/a.org", "archive/a.org.1", "staging/b.org"}) {
        fs::create_directories(root / folder);
        write_file(root / folder / "pkey.pem", "key\n");
        write_file(root / folder / "cert.pem", "leaf\n");
        write_file(root / folder / "chain.pem", "chain\n");
    }
    fs::create_directories(root / "domains/new.org");
    write_file(root / "domains/new.org/pubcert.pem", "kept\n");
    std::string old_header = header_text(1.0);
    old_header.insert(1, "\"version\": \"1.1.0\",");
    write_file(root / "md_store.json", old_header);

    auto store = open_store(root);
    CHECK(store->passphrase().reveal() == std::string(48, 'k'));
    CHECK(read_file(root / "md_store.json") == header_text(3.0));
    CHECK(read_file(root / "domains/a.org/privkey.pem") == "key\n");
    CHECK(read_file(root / "domains/a.org/pubcert.pem") == "leaf\nchain\n");
    CHECK(read_file(root / "archive/a.org.1/pubcert.pem") == "leaf\nchain\n");
    CHECK(read_file(root / "staging/b.org/privkey.pem") == "key\n");
    CHECK_FALSE(fs::exists(root / "staging/b.org/pubcert.pem"));
    CHECK(read_file(root / "domains/new.org/pubcert.pem") == "kept\n");
    CHECK(fs::exists(root / "domains/a.org/cert.pem"));
}

TEST_CASE("a store of version 3 that httpd wrote is used as it is") {
    test::Scratch scratch;
    fs::path root = scratch / "md";
    fs::create_directories(root / "domains/a.org");
    fs::create_directories(root / "staging");
    fs::permissions(root / "staging", fs::perms{0755});
    write_file(root / "md_store.json", header_text(3.0));
    write_file(root / "domains/a.org/pubcert.pem", "c");
    auto store = open_store(root);
    CHECK(read_file(root / "md_store.json") == header_text(3.0));
    CHECK(mode_of(root / "staging") == 0755);
    await(store->activate("a.org", Values{{"pubcert.pem", "new"}}));
    CHECK(await(store->read("archive/a.org.1/pubcert.pem")) == "c");
}

TEST_CASE("opened for reading it shows everything and changes nothing") {
    test::Scratch scratch;
    auto absent = await(FileStore::open_read_only(scratch / "md", test::io_pool()));
    CHECK_FALSE(absent);
    CHECK(fs::is_empty(scratch.path()));
    open_store(scratch / "md");
    auto writer = open_store(scratch / "md");
    write_file(scratch / "md/tmp/.new-1", "being written");
    auto reader = await(FileStore::open_read_only(scratch / "md", test::io_pool()));
    REQUIRE(reader);
    await(writer->write("domains/a.org/md.json", "x"));
    CHECK(await(reader->read("domains/a.org/md.json")) == "x");
    CHECK(reader->passphrase().reveal() == writer->passphrase().reveal());
    CHECK_THROWS_WITH(await(reader->write("domains/a.org/md.json", "y")),
                      Contains("opened for reading only"));
    CHECK_THROWS_AS(await(reader->remove("domains/a.org")), base::Error);
    CHECK_THROWS_AS(await(reader->activate("a.org", Values{{"x", "y"}})), base::Error);
    CHECK_THROWS_AS(await(reader->rename("a.org", "b.org")), base::Error);
    CHECK_THROWS_AS(await(reader->set_aside("domains/a.org")), base::Error);
    CHECK(fs::exists(scratch / "md/tmp/.new-1"));
    CHECK(await(reader->read("domains/a.org/md.json")) == "x");
}

TEST_CASE("operations happen in the order started") {
    test::Scratch scratch;
    boost::asio::thread_pool four(4);
    auto store = await(FileStore::open(scratch / "md", four));
    boost::asio::io_context ioc;
    for (int i = 1; i <= 50; ++i)
        boost::asio::co_spawn(ioc, store->write("domains/a.org/job.json", std::to_string(i)),
                              [](std::exception_ptr failed) { CHECK_FALSE(failed); });
    std::optional<std::string> seen;
    boost::asio::co_spawn(
        ioc, store->read("domains/a.org/job.json"),
        [&](std::exception_ptr, std::optional<std::string> value) { seen = std::move(value); });
    ioc.run();
    CHECK(seen == "50");
}

TEST_CASE("what is no file is not read, and a FIFO holds nothing up") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    REQUIRE(::mkfifo((scratch / "md/domains/fifo").c_str(), 0600) == 0);
    CHECK_THROWS_WITH(await(store->read("domains/fifo")), Contains("it is not a file"));
    write_file(scratch / "md/domains/large", std::string(largest_value + 1, 'x'));
    CHECK_THROWS_WITH(await(store->read("domains/large")), Contains("larger than 4 MiB"));
    CHECK_THROWS_AS(await(store->write("domains/x", std::string(largest_value + 1, 'x'))),
                    base::Error);
}

// It may belong to somebody else, too; but these tests may run as root, to whom all is open.
TEST_CASE("of what is no folder, or leads nowhere, no version can be told") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    write_file(scratch / "md/domains/a.org", "x");
    fs::create_symlink("b.org", scratch / "md/domains/b.org");
    auto versions = await(store->versions({"domains/a.org", "domains/b.org", "domains/c.org"}));
    CHECK(versions == std::vector<std::optional<std::string>>{{}, {}, ""});
}

TEST_CASE("a failure names the path and the reason, and leaves the former value") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    await(store->write("domains/a.org/md.json", "old"));
    std::string path = (scratch / "md/domains/a.org/md.json").string();
    for (int error : {ENOSPC, EROFS, EACCES, EIO}) {
        test::faults::fail_at(1, error);
        CHECK_THROWS_WITH(await(store->write("domains/a.org/md.json", "new")),
                          base::SystemError("cannot write " + path, error).what());
        test::faults::stop();
        CHECK(await(store->read("domains/a.org/md.json")) == "old");
    }
}

TEST_CASE("a file that may not grow is an error, not a part of a file") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    await(store->write("domains/a.org/md.json", "old"));
    rlimit before{}, small{1000, RLIM_INFINITY};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    small.rlim_max = before.rlim_max;
    auto handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK_THROWS_AS(await(store->write("domains/a.org/md.json", std::string(5000, 'x'))),
                    base::SystemError);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(await(store->read("domains/a.org/md.json")) == "old");
    CHECK(fs::is_empty(scratch / "md/tmp"));
}

TEST_CASE("a directory that cannot be made, or is a file, is named") {
    test::Scratch scratch;
    write_file(scratch / "file", "x");
    CHECK_THROWS_WITH(open_store(scratch / "file"), Contains((scratch / "file").string()));
    CHECK_THROWS_WITH(open_store(scratch / "file/md"), Contains((scratch / "file").string()));
    fs::create_symlink("/no/such/place", scratch / "dangling");
    CHECK_THROWS_WITH(open_store(scratch / "dangling"), Contains((scratch / "dangling").string()));
}

TEST_CASE("a set that went aside makes room: the MD can be activated again") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    await(store->activate("a.org", Values{{"pubcert.pem", "damaged"}}));
    await(store->set_aside("domains/a.org"));
    await(store->activate("a.org", Values{{"pubcert.pem", "new"}}));
    CHECK(await(store->read("domains/a.org/pubcert.pem")) == "new");
    CHECK(await(store->read("domains/a.org.damaged/pubcert.pem")) == "damaged");
    CHECK(fs::is_empty(scratch / "md/archive"));
}

TEST_CASE("where nothing can be exchanged, two renames do") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    test::faults::refuse_exchange(true);
    for (const char* generation : {"1", "2", "3"})
        await(store->activate("a.org", Values{{"pubcert.pem", generation}}));
    test::faults::refuse_exchange(false);
    CHECK(await(store->read("domains/a.org/pubcert.pem")) == "3");
    CHECK(await(store->read("archive/a.org.1/pubcert.pem")) == "1");
    CHECK(await(store->read("archive/a.org.2/pubcert.pem")) == "2");
    CHECK(fs::is_empty(scratch / "md/tmp"));
}

TEST_CASE("an archive that cannot be written does not keep a new set from being live") {
    log::set_level(log::Level::error);
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    await(store->activate("a.org", Values{{"pubcert.pem", "1"}}));
    fs::remove(scratch / "md/archive");
    write_file(scratch / "md/archive", "no directory");
    await(store->activate("a.org", Values{{"pubcert.pem", "2"}}));
    CHECK(await(store->read("domains/a.org/pubcert.pem")) == "2");
    await(store->activate("a.org", Values{{"pubcert.pem", "3"}}));
    fs::remove(scratch / "md/archive");
    store = open_store(scratch / "md");
    CHECK(await(store->list("archive")).size() == 2);
    CHECK(await(store->read("domains/a.org/pubcert.pem")) == "3");
    CHECK(fs::is_empty(scratch / "md/tmp"));
}

TEST_CASE("a name as long as DNS allows is activated, archived and renewed") {
    log::set_level(log::Level::error);
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    std::string name = std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                       std::string(63, 'c') + "." + std::string(61, 'd');
    REQUIRE(name.size() == 253);
    for (int i = 1; i <= 12; ++i)
        await(store->activate(name, Values{{"pubcert.pem", std::to_string(i)}}));
    CHECK(await(store->read(domain_key(name, "pubcert.pem"))) == "12");
    CHECK(fs::is_empty(scratch / "md/tmp"));
    await(store->set_aside(domain_key(name)));
    CHECK(await(store->list("domains")).size() == 1);
}

TEST_CASE("what is started for one name happens in that order, whatever others do beside it") {
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    boost::asio::io_context context;
    auto start = [&](base::Task<void> work) {
        boost::asio::co_spawn(context, std::move(work), [](std::exception_ptr failed) {
            if (failed)
                std::rethrow_exception(failed);
        });
    };
    std::vector<std::string> names;
    for (int i = 0; i < 12; ++i)
        names.push_back("md" + std::to_string(i) + ".org");
    for (int round = 0; round < 13; ++round)
        for (const std::string& name : names) {
            std::string value = std::to_string(round);
            start(store->write(staging_key(name, job_file), value));
            start(store->remove(staging_key(name)));
            start(store->activate(name, Values{{"privkey.pem", value}, {"pubcert.pem", value}}));
            start(store->write(staging_key(name, job_file), value));
        }
    context.run();
    CHECK(await(store->list("archive")).size() == 10 * names.size());
    CHECK(fs::is_empty(scratch / "md/tmp"));
    for (const std::string& name : names) {
        INFO(name);
        CHECK(await(store->read(domain_key(name, "privkey.pem"))) == "12");
        CHECK(await(store->read(archive_key(name, 3) + "/pubcert.pem")) == "2");
        CHECK(await(store->read(archive_key(name, 12) + "/privkey.pem")) == "11");
        CHECK(await(store->read(staging_key(name, job_file))) == "12");
    }
}

TEST_CASE("a store that was removed is made again, with the passphrase it had") {
    md::test::Scratch scratch;
    const std::string directory = scratch / "md";
    auto store = open_store(directory);
    const base::Secret passphrase = store->passphrase();
    CHECK_FALSE(await(store->restore()));
    fs::remove_all(directory);
    CHECK(await(store->restore()));
    CHECK_FALSE(await(store->restore()));
    CHECK(mode_of(directory) == 0700);
    CHECK(mode_of(directory + "/md_store.json") == 0600);
    await(store->write("domains/a.org/md.json", "{}"));
    store.reset();
    store = open_store(directory);
    CHECK(store->passphrase().reveal() == passphrase.reveal());

    // A backup was put in its place.
    write_file(directory + "/md_store.json", header_text(3.0));
    CHECK_FALSE(await(store->restore()));
    CHECK(store->passphrase().reveal() == std::string(48, 'k'));
    write_file(directory + "/md_store.json", "rubbish");
    CHECK_THROWS_WITH(await(store->restore()), Contains("damaged"));
    CHECK(store->passphrase().reveal() == std::string(48, 'k'));
}

TEST_CASE("what is expected is compared once an interrupted change was completed") {
    test::Scratch scratch;
    const std::string key = "domains/a.org/job.json";
    fs::create_directories(scratch / "tmp/.batch-1/0");
    fs::create_directories(scratch / "domains/a.org");
    write_file(scratch / key, "old");
    write_file(scratch / "tmp/.batch-1/0/job.json", "new");
    write_file(scratch / "tmp/.batch-1/changes", "put " + key + "\n");
    FileTree tree(scratch.path().string());
    const StoredValue read = look_up(tree, key);
    REQUIRE(read.value == "old");
    Unfinished unfinished{{"a.org", {"tmp/.batch-1"}}};
    const auto conflict =
        commit(tree, "a.org", put_if_still(read.revision, key, "made of old"), unfinished);
    REQUIRE(conflict);
    CHECK(conflict->key == key);
    CHECK(tree.read(key) == "new");
    CHECK(unfinished.empty());
}
