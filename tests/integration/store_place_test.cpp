// SPDX-License-Identifier: Apache-2.0
// MDStoreDir: where the store lies, that it can move, and what happens where nothing can be
// written.
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <sys/mount.h>
#include <unistd.h>

using namespace md::test;
using std::chrono::seconds;

namespace {

const std::string domain = "MDPrivateKeys P-256\nManagedDomain one.test\n";

// A file system of a few pages, for this test alone; not there when the machine does not let us.
class TinyDisk {
public:
    explicit TinyDisk(fs::path place) : place_(std::move(place)) {
        fs::create_directory(place_);
        mounted_ = ::mount("tmpfs", place_.c_str(), "tmpfs", 0, "size=256k,mode=0700") == 0;
    }
    ~TinyDisk() {
        if (mounted_)
            ::umount2(place_.c_str(), MNT_DETACH);
    }
    TinyDisk(const TinyDisk&) = delete;
    TinyDisk& operator=(const TinyDisk&) = delete;

    bool mounted() const { return mounted_; }
    const fs::path& place() const { return place_; }
    bool make_read_only(bool yes) const {
        const unsigned long flags =
            MS_REMOUNT | static_cast<unsigned long>(yes ? int{MS_RDONLY} : 0);
        return ::mount("tmpfs", place_.c_str(), "tmpfs", flags, nullptr) == 0;
    }
    // To the last octet.
    void fill() const {
        std::ofstream out(place_ / "ballast", std::ios::binary);
        const std::string page(512, 'x');
        while (out.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
        }
    }
    void drain() const { fs::remove(place_ / "ballast"); }

private:
    fs::path place_;
    bool mounted_ = false;
};

struct OnTinyDisk {
    OnTinyDisk() {
        if (!disk.mounted())
            return;
        site.configure("MDStoreDir " + disk.place().string() + "/md\n" + domain);
        const auto outcome = site.mdcertd({"once"});
        if (outcome.status != 0)
            throw std::runtime_error(outcome.errors);
        held = contents();
    }

    // The live set, file by file.
    std::string contents() const {
        const fs::path set = disk.place() / "md/domains/one.test";
        return read_file(set / "privkey.p-256.pem") + read_file(set / "pubcert.p-256.pem");
    }

    Pebble ca{PebbleOptions::calm()};
    Site site{ca};
    TinyDisk disk{site.directory() / "disk"};
    std::string held;
};

bool skipped(const OnTinyDisk& bench) {
    if (!bench.disk.mounted())
        WARN("skipped: this user may not mount a file system");
    return !bench.disk.mounted();
}

}  // namespace

TEST_CASE(
    "MDStoreDir is absolute or below ServerRoot, and a store that is moved is used as it is") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("MDStoreDir certificates/store\n" + domain);
    REQUIRE(site.mdcertd({"once"}).status == 0);
    const fs::path relative = site.directory() / "state/certificates/store";
    const fs::path set = "domains/one.test/privkey.p-256.pem";
    CHECK(fs::exists(relative / set));
    CHECK_FALSE(fs::exists(site.store()));

    const fs::path absolute = site.directory() / "elsewhere/md";
    fs::create_directories(absolute.parent_path());
    fs::rename(relative, absolute);
    const std::string key = read_file(absolute / set);
    site.configure("MDStoreDir " + absolute.string() + "\n" + domain);
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    CHECK(site.status_of("one.test").at("state") == "valid");
    CHECK(daemon->stop(seconds{5}) == 0);
    REQUIRE(site.mdcertd({"once"}).status == 0);
    CHECK((ca.orders() == 1 && ca.accounts() == 1));
    CHECK(read_file(absolute / set) == key);
    CHECK(site.notified("one.test") == 1);
    CHECK_FALSE(fs::exists(relative));
}

// A link to itself is as closed to root as a folder of root's is to others.
TEST_CASE("what cannot be looked into in the store stops nobody, and is kept aside or left alone") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(domain + "ManagedDomain two.test\nManagedDomain three.test\n");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    fs::remove_all(site.store() / "domains/one.test");
    fs::remove_all(site.store() / "domains/two.test");
    write_file(site.store() / "domains/one.test", "no folder");
    for (const char* loop :
         {"domains/two.test", "domains/other.test", "staging/other.test", "accounts/ACME-0-0000"})
        fs::create_symlink(fs::path(loop).filename(), site.store() / loop);
    site.configure(domain + "ManagedDomain two.test\nManagedDomain four.test three.test\n");
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.output << outcome.errors);
    CHECK(outcome.status == 0);
    for (const char* name : {"one.test", "two.test", "four.test"})
        CHECK(site.verify(name, name, ".p-256") == "");
    CHECK(fs::is_symlink(site.store() / "domains/two.test.damaged"));
    CHECK(fs::is_symlink(site.store() / "domains/other.test"));
    CHECK(fs::read_symlink(site.store() / "domains/three.test") == "four.test");
    CHECK(ca.accounts() == 1);

    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(ca.orders() == 6);
}

TEST_CASE("a store that cannot be made is an error with its path, and nothing is asked of the CA") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    write_file(site.directory() / "file", "");
    const std::string place = (site.directory() / "file/md").string();
    site.configure("MDStoreDir " + place + "\n" + domain);
    for (const char* command : {"once", "run"}) {
        const auto outcome = site.mdcertd({command});
        CHECK(outcome.status == 1);
        CHECK_THAT(outcome.errors, Catch::Contains(" " + place.substr(0, place.rfind('/'))) &&
                                       Catch::Contains("Not a directory"));
    }
    CHECK(ca.accounts() == 0);
}

TEST_CASE("on a read-only file system nothing is ordered or lost, and the error says why") {
    const OnTinyDisk bench;
    if (skipped(bench))
        return;
    REQUIRE(bench.disk.make_read_only(true));
    const auto renewal = bench.site.mdcertd({"renew", "one.test"});
    CHECK(renewal.status == 1);
    CHECK_THAT(renewal.errors, Catch::Contains(bench.disk.place().string()) &&
                                   Catch::Contains("Read-only file system (under systemd: "
                                                   "ReadWritePaths= in a drop-in)"));
    CHECK(bench.ca.orders() == 1);
    CHECK(bench.contents() == bench.held);
    CHECK_THAT(bench.site.mdcertd({"status"}).output, Catch::Contains("one.test"));

    REQUIRE(bench.disk.make_read_only(false));
    CHECK(bench.site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK(bench.ca.orders() == 2);
    CHECK(bench.contents() != bench.held);
}

TEST_CASE("on a full file system nothing is ordered or lost, and the error says why") {
    const OnTinyDisk bench;
    if (skipped(bench))
        return;
    bench.disk.fill();
    const auto renewal = bench.site.mdcertd({"renew", "one.test"});
    CHECK(renewal.status == 1);
    CHECK_THAT(renewal.errors, Catch::Contains(bench.disk.place().string()) &&
                                   Catch::Contains("No space left on device"));
    CHECK(bench.ca.orders() == 1);
    CHECK(bench.contents() == bench.held);

    bench.disk.drain();
    CHECK(bench.site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK(bench.ca.orders() == 2);
    CHECK(bench.contents() != bench.held);
    CHECK(bench.site.notified("one.test") == 2);
}
