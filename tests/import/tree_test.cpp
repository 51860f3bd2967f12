// SPDX-License-Identifier: Apache-2.0
#include "import/assignments.hpp"
#include "support/catch.hpp"
#include "trees.hpp"

#include <atomic>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>

using namespace md;
using test::TreeFolder;

TEST_CASE("a tree is read below its root, through links that stay there") {
    const TreeFolder folder;
    folder.put("archive/one/key1.pem", "key");
    folder.link("live/one/key.pem", "../../archive/one/key1.pem");
    folder.link("live/absolute.pem", folder.path() / "archive/one/key1.pem");
    folder.link("live/gone.pem", "nowhere");
    const auto tree = folder.tree();
    CHECK(tree.read("live/one/key.pem") == "key");
    CHECK(tree.read("live/absolute.pem") == "key");
    CHECK(tree.read("live/gone.pem") == std::nullopt);
    CHECK(tree.read("nothing/here") == std::nullopt);
    CHECK(tree.folders("") == std::vector<std::string>{"archive", "live"});
    CHECK(tree.files("live/one") == std::vector<std::string>{"key.pem"});
    CHECK(tree.files("nothing").empty());
}

TEST_CASE("what leads out of a tree, is no file or too large is refused by name") {
    const TreeFolder folder, other;
    other.put("secret", "secret");
    folder.link("out", other.path() / "secret");
    folder.link("folder", other.path());
    folder.put("large", std::string(import::largest_file + 1, 'x'));
    ::mkfifo((folder.path() / "pipe").c_str(), 0600);
    const auto tree = folder.tree();
    CHECK_THROWS_WITH(tree.read("out"), Catch::Contains("out leads out of"));
    CHECK_THROWS_WITH(tree.read("folder/secret"), Catch::Contains("leads out of"));
    CHECK_THROWS_WITH(tree.read("../" + other.path().filename().string() + "/secret"),
                      Catch::Contains("leads out of"));
    CHECK_THROWS_WITH(tree.folders("folder"), Catch::Contains("leads out of"));
    CHECK_THROWS_WITH(tree.read("large"), Catch::Contains("large is larger than 256 KiB"));
    CHECK_THROWS_WITH(tree.read("pipe"), Catch::Contains("pipe is not a file"));
    CHECK_THROWS_WITH(import::Tree("/nowhere/at/all"),
                      Catch::Contains("there is no directory /nowhere/at/all"));
    CHECK_THROWS_AS(import::Tree((folder.path() / "large").string()), base::Error);
}

TEST_CASE("who changes a tree while it is read leads nobody out of it") {
    const TreeFolder folder, other;
    folder.put("real/file", "within");
    other.put("file", "secret");
    folder.link("other", other.path());
    const auto tree = folder.tree();
    const std::string real = folder.path() / "real", led = folder.path() / "other";
    std::atomic<bool> ended = false;
    std::thread changing([&] {
        while (!ended)
            ::renameat2(AT_FDCWD, real.c_str(), AT_FDCWD, led.c_str(), RENAME_EXCHANGE);
    });
    unsigned within = 0, refused = 0, secret = 0;
    for (int i = 0; i < 20000; ++i) {
        try {
            secret += tree.read("real/file") == "secret";
            within += 1;
            tree.files("real");
        } catch (const base::Error&) {
            refused += 1;
        }
    }
    ended = true;
    changing.join();
    CHECK(secret == 0);
    CHECK(within > 0);
    CHECK(refused > 0);
}

TEST_CASE("assignments are taken with and without blanks and quotes") {
    const auto values = import::assignments(
        "# comment = 1\n[section]\nplain = a b \r\nLe_Domain='one.test'\nempty=''\n"
        "url = https://ca.test/?a=b\nno assignment\nlast=x");
    CHECK(import::value_of(values, "plain") == "a b");
    CHECK(import::value_of(values, "Le_Domain") == "one.test");
    CHECK(import::value_of(values, "empty") == "");
    CHECK(import::value_of(values, "url") == "https://ca.test/?a=b");
    CHECK(import::value_of(values, "last") == "x");
    CHECK(values.size() == 5);
}

TEST_CASE("a CA that is not kept is known by its host, or given") {
    const import::CaDirectories given({"https://ca.test:14000/dir"});
    CHECK(given.directory_of("https://ca.test:14000/my-account/1") == "https://ca.test:14000/dir");
    CHECK(given.directory_of("https://ca.test/my-account/1") == "");
    CHECK(given.directory_of("https://acme-v02.api.letsencrypt.org/acme/acct/1") ==
          "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(given.directory_of("") == "");
    CHECK(given.assumed_for("CN=(STAGING) X") == "https://ca.test:14000/dir");
    CHECK(import::CaDirectories().assumed_for("C=US,O=(STAGING) Let's Encrypt,CN=X") ==
          "https://acme-staging-v02.api.letsencrypt.org/directory");
    CHECK(import::CaDirectories().assumed_for("CN=R3") ==
          "https://acme-v02.api.letsencrypt.org/directory");
}
