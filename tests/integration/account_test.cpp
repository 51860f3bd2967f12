// SPDX-License-Identifier: Apache-2.0
// User and Group: which account they come to, what is refused, and that `check` sees the world as
// that account does, whoever runs it.
#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/scratch.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace md::test;

namespace {

// A configuration without a domain, in a folder that all may enter.
struct Bench {
    Bench() {
        fs::permissions(scratch.path(), fs::perms(0711));
        server_root = scratch / "state";
    }
    Outcome mdcertd(const std::string& command, const std::string& configuration) const {
        const fs::path file = scratch / "mdcertd.conf";
        write_file(file, "ServerRoot " + server_root.string() + "\n" + configuration);
        fs::permissions(file, fs::perms(0644));
        return run_command({{MD_BINARY, command, "-c", file.string()}});
    }

    Scratch scratch;
    fs::path server_root;
};

struct Owner {
    uid_t user;
    gid_t group;
    bool operator==(const Owner&) const = default;
};

Owner owner_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return {status.st_uid, status.st_gid};
}

bool is_root() {
    if (getuid() != 0)
        WARN("not tried: only root becomes another account");
    return getuid() == 0;
}

}  // namespace

TEST_CASE("an account that is written and not there is a mistake, and nothing starts on it") {
    struct Row {
        const char *lines, *line, *message;
    };
    const auto row =
        GENERATE(Row{"User mdcretd", "2:1", "User: there is no user 'mdcretd'"},
                 Row{"User #", "2:1", "User: there is no user '#'"},
                 Row{"User #12x", "2:1", "User: there is no user '#12x'"},
                 Row{"User #4294967295", "2:1", "User: there is no user '#4294967295'"},
                 Row{"User #65531", "2:1", "User: user #65531 has no group"},
                 Row{"Group mdcretd", "2:1", "Group: there is no group 'mdcretd'"},
                 Row{"User nobody\n  Group mdcretd", "3:3", "Group: there is no group 'mdcretd'"});
    INFO(row.lines);
    const Bench bench;
    const auto check = bench.mdcertd("check", row.lines);
    CHECK(check.status == 1);
    CHECK_THAT(check.errors, Catch::Contains("mdcertd.conf:" + std::string(row.line) +
                                             ": error: " + row.message) &&
                                 Catch::Contains("hint: "));
    if (!is_root())
        return;
    for (const char* command : {"once", "run"}) {
        const auto outcome = bench.mdcertd(command, row.lines);
        // What the unit does not start again for (sysexits.h, EX_CONFIG).
        CHECK(outcome.status == (command == std::string("run") ? 78 : 1));
        CHECK_THAT(outcome.errors, Catch::Contains(row.message));
    }
    CHECK_FALSE(fs::exists(bench.server_root));
}

TEST_CASE("root becomes the account that is named, by name or by number") {
    if (!is_root())
        return;
    struct Row {
        const char* lines;
        Owner owner;
    };
    const auto row = GENERATE(Row{"User #65531\nGroup #65532\n", {65531, 65532}},
                              Row{"User nobody\nGroup #65532\n", {65534, 65532}},
                              Row{"User #65534\nGroup nogroup\n", {65534, 65534}},
                              Row{"User nobody\n", {65534, 65534}}, Row{"User #0\n", {0, 0}});
    INFO(row.lines);
    const Bench bench;
    const auto check = bench.mdcertd("check", row.lines);
    INFO(check.errors);
    CHECK(check.status == 0);
    const auto once = bench.mdcertd("once", row.lines);
    INFO(once.errors);
    CHECK(once.status == 0);
    CHECK(owner_of(bench.server_root / "md") == row.owner);
    CHECK(owner_of(bench.server_root / "md/md_store.json") == row.owner);
}

TEST_CASE("check by root finds what the daemon's account may not read or run") {
    if (!is_root())
        return;
    const Bench bench;
    const fs::path closed = bench.scratch / "closed", hook = closed / "hook";
    const fs::path included = bench.scratch / "included.conf", roots = bench.scratch / "roots.pem";
    fs::create_directory(closed);
    write_script(hook, "#!/bin/sh\n");
    write_file(included, "LogLevel debug\n");
    write_file(roots, "");
    const std::string lines = "User nobody\nMDCertificateAgreement accepted\nMDNotifyCmd " +
                              hook.string() + "\nInclude " + included.string() +
                              "\nMDCACertificateFile " + roots.string() +
                              "\nManagedDomain one.test\n";
    const auto set = [&](unsigned folder, unsigned script, unsigned file) {
        fs::permissions(closed, fs::perms(folder));
        fs::permissions(hook, fs::perms(script));
        fs::permissions(included, fs::perms(file));
        fs::permissions(roots, fs::perms(file));
    };

    set(0700, 0755, 0600);
    auto check = bench.mdcertd("check", lines);
    CHECK(check.status == 1);
    CHECK_THAT(check.errors,
               Catch::Contains("cannot be read: Permission denied, for user nobody") &&
                   Catch::Contains(hook.string() + ": Permission denied, for user nobody") &&
                   Catch::Contains("cannot read " + roots.string() + ", for user nobody"));
    CHECK_THAT(check.output, Catch::Contains("3 errors"));

    set(0711, 0700, 0644);
    check = bench.mdcertd("check", lines);
    CHECK(check.status == 1);
    CHECK_THAT(check.errors, Catch::Contains(hook.string() + " is not executable"));
    CHECK_THAT(check.output, Catch::Contains("1 error,"));

    set(0711, 0755, 0644);
    check = bench.mdcertd("check", lines);
    CHECK(check.errors == "");
    CHECK(check.status == 0);
    // Root itself may all of that.
    set(0700, 0700, 0600);
    CHECK(bench.mdcertd("check", "User root" + lines.substr(lines.find('\n'))).status == 0);
}

TEST_CASE("check by root finds a folder that is included and closed to the daemon's account") {
    if (!is_root())
        return;
    const Bench bench;
    const fs::path folder = bench.scratch / "conf.d";
    fs::create_directory(folder);
    write_file(folder / "one.conf", "ManagedDomain one.test\n");
    const std::string lines = "User nobody\nIncludeOptional " + folder.string() + "/*.conf\n";
    fs::permissions(folder, fs::perms(0700));
    const auto closed = bench.mdcertd("check", lines);
    CHECK(closed.status == 1);
    CHECK_THAT(closed.errors, Catch::Contains("user nobody does not see all that root sees"));
    fs::permissions(folder, fs::perms(0755));
    CHECK(bench.mdcertd("check", lines).status == 0);

    // As many managed domains, but with a name more, and only one of them in use.
    write_file(folder / "one.conf",
               "<VirtualHost *:443>\nServerName one.test\nServerAlias www.one.test\nSSLEngine on\n"
               "</VirtualHost>\n");
    fs::permissions(folder, fs::perms(0700));
    const auto hosts = bench.mdcertd("check", lines + "ManagedDomain one.test\n");
    CHECK(hosts.status == 1);
    CHECK_THAT(hosts.errors, Catch::Contains("user nobody does not see all that root sees"));
}
