// SPDX-License-Identifier: Apache-2.0
#include "support/process.hpp"

#include "support/catch.hpp"
#include "support/ports.hpp"

#include <signal.h>

using namespace md::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a command's output, errors and status come back") {
    const auto outcome =
        run_command({{"/bin/sh", "-c", "echo out; echo $WORD >&2; exit 3"}, {{"WORD", "err"}}});
    CHECK(outcome.status == 3);
    CHECK(outcome.output == "out\n");
    CHECK(outcome.errors == "err\n");
}

TEST_CASE("a command that does not end in time is ended and reported") {
    CHECK_THROWS_WITH(run_command({{"tail", "-f", "/dev/null"}}, milliseconds{50}),
                      Catch::Contains("takes too long"));
}

TEST_CASE("a line of output is waited for, and the end of the process ends the waiting") {
    const Scratch scratch;
    Process process({{"/bin/sh", "-c", "echo one; echo two; exit 7"}}, scratch / "log");
    CHECK(process.wait_for_output("two", seconds{20}));
    CHECK_FALSE(process.wait_for_output("three", seconds{20}));
    CHECK(process.wait(seconds{20}) == 7);
}

TEST_CASE("a process is ended by SIGTERM, or by SIGKILL when it does not listen") {
    const Scratch scratch;
    Process mild({{"/bin/sh", "-c", "echo up; exec tail -f /dev/null"}}, scratch / "mild");
    REQUIRE(mild.wait_for_output("up", seconds{20}));
    CHECK(mild.stop() == 128 + SIGTERM);

    Process deaf({{"/bin/sh", "-c", "trap '' TERM; echo up; exec tail -f /dev/null"}},
                 scratch / "deaf");
    REQUIRE(deaf.wait_for_output("up", seconds{20}));
    CHECK(deaf.stop(milliseconds{50}) == 128 + SIGKILL);
}

TEST_CASE("a process that goes out of scope is asked to end before it is killed") {
    const Scratch scratch;
    const std::string here = scratch.path().string();
    {
        Process process({{"sh", "-c",
                          "cd " + here +
                              " && mkfifo never && trap 'echo over > said; exit' TERM && "
                              "echo ready && read line < never"}},
                        scratch / "output");
        REQUIRE(process.wait_for_output("ready", seconds{20}));
    }
    CHECK(read_file(scratch / "said") == "over\n");
}

TEST_CASE("a reserved port does not answer until it is occupied, and then no more after release") {
    ReservedPort port;
    CHECK(port.number() != 0);
    CHECK_FALSE(port_answers(port.number()));
    port.occupy();
    CHECK(port_answers(port.number()));
    port.release();
    CHECK_FALSE(port_answers(port.number()));
}
