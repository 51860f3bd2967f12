// SPDX-License-Identifier: Apache-2.0
#include "config/disk_source.hpp"

#include "config/config.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <algorithm>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace md;
using namespace md::config;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

// Paths without the scratch folder.
std::vector<std::string> globbed(const test::Scratch& scratch, const std::string& pattern) {
    std::vector<std::string> files = DiskSource{}.glob(scratch.path().string(), pattern);
    for (std::string& file : files)
        file.erase(0, scratch.path().string().size() + 1);
    return files;
}

using Files = std::vector<std::string>;

}  // namespace

TEST_CASE("a file is read octet by octet") {
    test::Scratch scratch;
    std::string text("a\r\n\0b", 5);
    write(scratch / "a.conf", text);
    ReadOutcome outcome = DiskSource{}.read((scratch / "a.conf").string());
    CHECK(outcome.found);
    CHECK(outcome.text == text);
}

TEST_CASE("what can not be read says why") {
    test::Scratch scratch;
    CHECK(DiskSource{}.read((scratch / "no").string()).reason == "No such file or directory");
    CHECK(DiskSource{}.read(scratch.path().string()).reason == "it is a folder");
    CHECK(DiskSource{}.read("").reason == "No such file or directory");
    CHECK_FALSE(DiskSource{}.read(std::string(10'000, 'x')).found);
}

TEST_CASE("pipes and devices are refused at once") {
    test::Scratch scratch;
    std::string pipe = (scratch / "pipe").string();
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(DiskSource{}.read(pipe).reason == "it is not a regular file");
    CHECK(DiskSource{}.read("/dev/zero").reason == "it is not a regular file");
}

TEST_CASE("a file nobody may read says so") {
    if (::geteuid() == 0)
        return;  // root reads everything
    test::Scratch scratch;
    write(scratch / "secret.conf", "x");
    ::chmod((scratch / "secret.conf").c_str(), 0);
    CHECK(DiskSource{}.read((scratch / "secret.conf").string()).reason == "Permission denied");
}

TEST_CASE("a file beyond the limit is refused") {
    test::Scratch scratch;
    write(scratch / "big", "x");
    std::filesystem::resize_file(scratch / "big", (std::uintmax_t{64} << 20) + 1);
    CHECK(DiskSource{}.read((scratch / "big").string()).reason == "it is larger than 64 MiB");
}

TEST_CASE("a pattern names the files it matches, sorted") {
    test::Scratch scratch;
    for (const char* name : {"conf.d/b.conf", "conf.d/a.conf", "conf.d/a.conf~", "x/y/z.conf"})
        write(scratch / name, "");
    CHECK(globbed(scratch, "conf.d/*.conf") == Files{"conf.d/a.conf", "conf.d/b.conf"});
    CHECK(globbed(scratch, "conf.d/[b-z]*") == Files{"conf.d/b.conf"});
    CHECK(globbed(scratch, "*/*/z.conf") == Files{"x/y/z.conf"});
    CHECK(globbed(scratch, "conf.d/a.conf") == Files{"conf.d/a.conf"});
    CHECK(globbed(scratch, "no/*").empty());
    CHECK(globbed(scratch, "no.conf").empty());
}

TEST_CASE("a folder stands for all files in it") {
    test::Scratch scratch;
    for (const char* name : {"conf.d/b", "conf.d/sub/a", "conf.d/sub/deep/c"})
        write(scratch / name, "");
    CHECK(globbed(scratch, "conf.d") == Files{"conf.d/b", "conf.d/sub/a", "conf.d/sub/deep/c"});
}

TEST_CASE("special characters in the folder's own name are not special") {
    test::Scratch scratch;
    write(scratch / "we[i]rd*?" / "a.conf", "");
    CHECK(DiskSource{}.glob((scratch / "we[i]rd*?").string(), "*.conf").size() == 1);
    write(scratch / "weird" / "b.conf", "");
    CHECK(DiskSource{}.glob((scratch / "we[i]rd").string(), "*.conf").empty());
}

TEST_CASE("a link that goes round ends at the limit") {
    test::Scratch scratch;
    write(scratch / "main.conf", "Include d/main.conf\n");
    std::filesystem::create_directory_symlink(scratch.path(), scratch / "d");
    Loaded loaded = load((scratch / "main.conf").string(), DiskSource{}, {});
    CHECK_FALSE(loaded.ok());
    CHECK(loaded.diagnostics.size() == 1);
}

TEST_CASE("a configuration of several files is read from the disk") {
    test::Scratch scratch;
    write(scratch / "mdcertd.conf", "IncludeOptional conf.d/*.conf\nInclude extra\n");
    write(scratch / "conf.d/a.conf", "ManagedDomain a.org\n");
    write(scratch / "extra/b", "ManagedDomain b.org\n");
    Loaded loaded = load((scratch / "mdcertd.conf").string(), DiskSource{}, {});
    CHECK(loaded.diagnostics.empty());
    REQUIRE(loaded.desired.domains.size() == 2);
    CHECK(loaded.desired.domains[1].origin.file == (scratch / "extra/b").string());
}
