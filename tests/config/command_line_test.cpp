// SPDX-License-Identifier: Apache-2.0
// Command lines are split as libapr does it. The values are those of apr_tokenize_to_argv() of
// libapr 1.7.
#include "config/command_line.hpp"

#include "config/loading.hpp"

using namespace md;
using namespace md::config;

namespace {

std::vector<std::string> words(const std::string& line) {
    return load_good("MDMessageCmd " + line + "\n").desired.server.message_command;
}

}  // namespace

TEST_CASE("a command line is split as libapr splits it") {
    using Words = std::vector<std::string>;
    CHECK(words(R"(/bin/sh -c "echo \$1")") == Words{"/bin/sh", "-c", "echo $1"});
    CHECK(words(R"(/bin/sh -c 'echo "$1" && id')") == Words{"/bin/sh", "-c", "echo \"$1\" && id"});
    CHECK(words(R"(/bin/a "b c"d 'e f')") == Words{"/bin/a", "b c", "d", "e f"});
    CHECK(words(R"(/bin/a b\ c \"d\" e\'f)") == Words{"/bin/a", "b c", "\"d\"", "e'f"});
    CHECK(words(R"(/bin/a C:\dir\file a\\b)") == Words{"/bin/a", "C:dirfile", "a\\b"});
    CHECK(words(R"(/bin/a b"c d"e)") == Words{"/bin/a", "b\"c", "d\"e"});
    CHECK(words(R"(/bin/a "" ''  x)") == Words{"/bin/a", "", "", "x"});
    CHECK(words("  /bin/a\t b ") == Words{"/bin/a", "b"});
    CHECK(words(R"("/opt/my hook" "say \"hi\"")") == Words{"/opt/my hook", "say \"hi\""});
}

TEST_CASE("a quote that is not closed is told") {
    CHECK(fault_of("MDNotifyCmd /bin/a \"b c\n") == "this quote is not closed");
    CHECK(fault_of("MDNotifyCmd /bin/a \"b\\\"\n") == "this quote is not closed");
}

TEST_CASE("a command is shown as it is read back") {
    CHECK(words(as_command_word("/bin/a b") + " " + as_command_word("h\\i") + " " +
                as_command_word("d\"e'f")) ==
          std::vector<std::string>{"/bin/a b", "h\\i", "d\"e'f"});
}

TEST_CASE("what only a shell understands is told, unless the program is one") {
    for (const char* line :
         {"/bin/a && /bin/b", "/bin/a || true", "/bin/a | logger", "/bin/a > /tmp/log",
          "/bin/a 2>&1", "/bin/a >/dev/null", "/bin/a; /bin/b", "/bin/a $HOME", "/bin/a `date`",
          "/bin/a x$(date)", "/bin/a &"}) {
        INFO(line);
        CHECK_THAT(fault_of("MDNotifyCmd " + std::string(line) + "\n"),
                   Catch::Contains("no shell reads this line"));
    }
    CHECK(words("/bin/sh -c \"a && b > c\"").size() == 3);
    CHECK(words("/bin/a --jail=a&b c;d x>y 50%").size() == 5);
}
