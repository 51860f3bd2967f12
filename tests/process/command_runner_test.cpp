// SPDX-License-Identifier: Apache-2.0
// Real scripts, made on the spot: how a command is started, judged, and ended.
#include "process/command_runner.hpp"

#include "base/log.hpp"
#include "process/command_check.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <boost/asio/io_context.hpp>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace md;
using namespace std::chrono_literals;
using process::CommandOutcome;
using process::CommandRunner;
namespace asio = base::asio;

namespace {

using Command = std::vector<std::string>;

struct Hook {
    test::Scratch scratch;
    std::string path = (scratch / "hook").string();
    std::string said = (scratch / "said").string();

    explicit Hook(const std::string& body) {
        test::write_script(path, "#!/bin/sh\nsaid='" + said + "'\n" + body + "\n");
    }
    std::string told() const { return test::read_file(said); }
};

CommandOutcome run(Command command, std::chrono::milliseconds limit = 30s,
                   std::chrono::milliseconds grace = 10s) {
    log::set_level(log::Level::warn);
    asio::io_context ioc;
    CommandRunner runner(limit, grace);
    CommandOutcome outcome;
    std::exception_ptr failed;
    asio::co_spawn(ioc, runner.run(std::move(command)),
                   [&](std::exception_ptr error, CommandOutcome value) {
                       failed = error;
                       outcome = std::move(value);
                   });
    ioc.run();
    if (failed)
        std::rethrow_exception(failed);
    return outcome;
}

// A FIFO that nobody ever writes. A hook opens it for both ways as descriptor 3, which waits for
// nobody, and reads it: that waits for ever, without sleeping.
std::string silent_fifo(const test::Scratch& scratch) {
    std::string path = (scratch / "silence").string();
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    return path;
}

// True once no process holds the other end: a write end without a reader refuses to open.
bool nobody_reads(const std::string& fifo, int turns = 20'000) {
    for (int turn = 0; turn < turns; ++turn) {
        int descriptor = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (descriptor < 0)
            return true;
        ::close(descriptor);
        ::sched_yield();
    }
    return false;
}

}  // namespace

TEST_CASE("a command that exits with 0 has succeeded") {
    Hook hook("echo all is well");
    CommandOutcome outcome = run({hook.path});
    CHECK(outcome.succeeded);
    CHECK(outcome.reason.empty());
    CHECK(outcome.output == "all is well\n");
}

TEST_CASE("arguments arrive one by one, untouched by any shell") {
    Hook hook("printf '[%s]' \"$@\"");
    CommandOutcome outcome = run({hook.path, "a b", "$(id)", "*", "", "';x"});
    CHECK(outcome.output == "[a b][$(id)][*][][';x]");
}

TEST_CASE("an exit status other than 0 is the reason") {
    Hook hook("echo no such unit >&2; exit 3");
    CommandOutcome outcome = run({hook.path});
    CHECK_FALSE(outcome.succeeded);
    CHECK(outcome.reason == "exit status 3");
    CHECK(outcome.output == "no such unit\n");
}

TEST_CASE("all that a command prints explains its failure, the first line first") {
    Hook hook("echo; echo 'no such unit' >&2; echo second; echo; exit 3");
    CHECK(run({hook.path}).explanation() == "exit status 3, no such unit\nsecond");
    Hook silent("exit 3");
    CHECK(run({silent.path}).explanation() == "exit status 3");
    Hook chatty("echo 'the cause'; seq 2000; exit 1");
    CHECK_THAT(run({chatty.path}).explanation(),
               Catch::StartsWith("exit status 1, the cause\n...\n") && Catch::EndsWith("\n2000"));
    Hook well("echo copied");
    CHECK(run({well.path}).explanation() == "copied");
}

TEST_CASE("a signal is the reason") {
    Hook hook("kill -9 $$");
    CHECK(run({hook.path}).reason == "ended by signal 9");
}

TEST_CASE("what cannot be started says why") {
    Hook hook("exit 0");
    CHECK(run({"/no/such/hook"}).reason == "/no/such/hook: No such file or directory");
    ::chmod(hook.path.c_str(), 0600);
    CommandOutcome outcome = run({hook.path});
    CHECK_FALSE(outcome.succeeded);
    CHECK(outcome.reason == hook.path + ": Permission denied");
    CHECK_FALSE(run({}).succeeded);
}

TEST_CASE("a command finds nothing of ours: no descriptors, no input, cwd /, default signals") {
    int ours = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    REQUIRE(ours >= 0);
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    Hook hook(
        "pwd\n"
        "read line || echo no input\n"
        "for fd in 3 4 5 6 7 8 9 10 11 12; do [ -e /proc/$$/fd/$fd ] && "
        "readlink /proc/$$/fd/$fd | grep -v hook$; done\n"
        // 32 and 33 are glibc's own, which it ignores in every child.
        "grep -E 'Sig(Blk|Ign)' /proc/self/status | grep -vE '0000000(000000000|180000000)'\n"
        "exit 0");
    CommandOutcome outcome = run({hook.path});
    sigprocmask(SIG_SETMASK, &before, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    ::close(ours);
    CHECK(outcome.output == "/\nno input\n");
}

TEST_CASE("a command leads a session and a process group of its own") {
    Hook hook("cut -d' ' -f5,6 /proc/$$/stat; echo $$ $$");
    std::string output = run({hook.path}).output;
    auto line_end = output.find('\n');
    CHECK(output.substr(0, line_end + 1) == output.substr(line_end + 1));
}

// Found by a hook that pushed a line into the shell of root, who had typed `mdcertd once`
// (TIOCSTI).
TEST_CASE("a command has no way to the terminal that we were started from") {
    Hook hook("if (exec < /dev/tty) 2> /dev/null; then echo a terminal; else echo none; fi");
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE((terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0));
    const std::string name = ::ptsname(terminal);
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // The first terminal that the leader of a session opens is the session's.
        ::setsid();
        const bool ours = ::open(name.c_str(), O_RDWR | O_CLOEXEC) >= 0 &&
                          ::open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0;
        ::_exit(ours ? (run({hook.path}).output == "none\n" ? 0 : 1) : 2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ::close(terminal);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("the environment is a clean one, whoever started us") {
    ::setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    ::setenv("SSH_AUTH_SOCK", "/tmp/agent", 1);
    ::setenv("LD_PRELOAD_OF_ROOT", "x", 1);
    const std::string home = ::getenv("HOME") == nullptr ? "" : ::getenv("HOME");
    ::setenv("HOME", "/home/of/root", 1);
    Hook hook("tr '\\0' '\\n' < /proc/$$/environ");
    const std::string output = run({hook.path}).output;
    ::setenv("HOME", home.c_str(), 1);
    for (const char* variable : {"NOTIFY_SOCKET", "SSH_AUTH_SOCK", "LD_PRELOAD_OF_ROOT"})
        ::unsetenv(variable);
    std::string expected;
    for (const std::string& variable : process::clean_environment(""))
        expected += variable + "\n";
    CHECK(output == expected);
    CHECK_THAT(output, Catch::StartsWith("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                                         "/sbin:/bin\nLANG=C.UTF-8\nSHELL=/bin/sh\nHOME="));
    CHECK_THAT(output, !Catch::Contains("/home/of/root"));
    CHECK(process::clean_environment("/store").back() == "MD_STORE_DIR=/store");
}

// Found by a hook that had left a copy to another host in the background: it died of the first line
// that it printed after the hook itself had ended.
TEST_CASE("what a command leaves in the background lives on, and may go on printing") {
    test::Scratch scratch;
    const std::string start = silent_fifo(scratch), end = (scratch / "end").string();
    REQUIRE(::mkfifo(end.c_str(), 0600) == 0);
    const int ended = ::open(end.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(ended >= 0);
    // It prints far more than a pipe takes.
    Hook hook("(read x < " + start +
              "; dd if=/dev/zero bs=1024 count=300 2> /dev/null; echo done > " + end +
              ") &\necho early");
    const CommandOutcome outcome = run({hook.path});
    CHECK(outcome.succeeded);
    CHECK(outcome.output == "early\n");
    const int release = ::open(start.c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(::write(release, "x\n", 2) == 2);
    pollfd state{ended, POLLIN, 0};
    CHECK(::poll(&state, 1, 20'000) == 1);
    char text[8] = {};
    CHECK(::read(ended, text, sizeof text) == 5);
    ::close(release);
    ::close(ended);
}

TEST_CASE("a command that takes too long is ended, with all it started") {
    test::Scratch scratch;
    std::string fifo = silent_fifo(scratch);
    Hook hook("exec 3<>" + fifo + "\nread x <&3 &\nread x <&3");
    CommandOutcome outcome = run({hook.path}, 200ms);
    CHECK_FALSE(outcome.succeeded);
    CHECK(outcome.reason == "took longer than 200 ms");
    CHECK(nobody_reads(fifo));
}

TEST_CASE("one that ignores SIGTERM is killed") {
    test::Scratch scratch;
    std::string fifo = silent_fifo(scratch);
    Hook hook("exec 3<>" + fifo + "\ntrap '' TERM\necho started\nread x <&3");
    CommandOutcome outcome = run({hook.path}, 300ms, 100ms);
    CHECK(outcome.reason == "took longer than 300 ms");
    CHECK(outcome.output == "started\n");
    CHECK(nobody_reads(fifo));
}

TEST_CASE("one that uses its grace is still too late, and is heard") {
    test::Scratch scratch;
    std::string fifo = silent_fifo(scratch);
    Hook hook("exec 3<>" + fifo + "\ntrap 'echo farewell; exit 0' TERM\nread x <&3");
    CommandOutcome outcome = run({hook.path}, 300ms);
    CHECK(outcome.reason == "took longer than 300 ms");
    CHECK(outcome.output == "farewell\n");
}

TEST_CASE("a process left in the background holds nothing up") {
    test::Scratch scratch;
    std::string fifo = silent_fifo(scratch);
    Hook hook("exec 3<>" + fifo + "\n(read x <&3; echo late) &\necho $! >\"$said\"\necho early");
    CommandOutcome outcome = run({hook.path});
    CHECK(outcome.succeeded);
    CHECK(outcome.output == "early\n");
    pid_t left = std::stoi(hook.told());
    CHECK_FALSE(nobody_reads(fifo, 100));  // it was left alone; a turn is long on a busy machine
    CHECK(::kill(left, SIGKILL) == 0);
}

TEST_CASE("one that closes its output and goes on is waited for") {
    Hook hook("exec >/dev/null 2>&1; echo done >\"$said\"; exit 4");
    CHECK(run({hook.path}).reason == "exit status 4");
    CHECK(hook.told() == "done\n");
}

TEST_CASE("a flood of output neither blocks the command nor fills the memory") {
    Hook hook("dd if=/dev/zero bs=1024 count=20000 2>/dev/null; echo; echo the end");
    CommandOutcome outcome = run({hook.path});
    CHECK(outcome.succeeded);
    CHECK(outcome.output.size() <= 4096);
    CHECK(outcome.output.ends_with("the end\n"));
}

TEST_CASE("cancelling ends the command, then says so") {
    test::Scratch scratch;
    std::string fifo = silent_fifo(scratch);
    std::string started = (scratch / "started").string();
    REQUIRE(::mkfifo(started.c_str(), 0600) == 0);
    Hook hook("exec 3<>" + fifo + "\necho x >" + started + "\nread x <&3");
    asio::io_context ioc;
    CommandRunner runner;
    asio::cancellation_signal cancel;
    std::exception_ptr failed;
    asio::co_spawn(
        ioc, runner.run({hook.path}),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr error, CommandOutcome) { failed = error; }));
    ioc.poll();
    char got = 0;
    int start = ::open(started.c_str(), O_RDONLY | O_CLOEXEC);  // waits for the hook to be there
    REQUIRE(::read(start, &got, 1) == 1);
    ::close(start);
    cancel.emit(asio::cancellation_type::all);
    ioc.run();
    REQUIRE(failed);
    CHECK_THROWS_AS(std::rethrow_exception(failed), boost::system::system_error);
    CHECK(nobody_reads(fifo));
}

TEST_CASE("hooks run at the same time do not mix") {
    Hook one("echo one"), two("echo two; exit 2");
    asio::io_context ioc;
    CommandRunner runner;
    std::vector<CommandOutcome> outcomes(2);
    asio::co_spawn(ioc, runner.run({one.path}),
                   [&](std::exception_ptr, CommandOutcome value) { outcomes[0] = value; });
    asio::co_spawn(ioc, runner.run({two.path}),
                   [&](std::exception_ptr, CommandOutcome value) { outcomes[1] = value; });
    ioc.run();
    CHECK(outcomes[0].output == "one\n");
    CHECK(outcomes[0].succeeded);
    CHECK(outcomes[1].output == "two\n");
    CHECK(outcomes[1].reason == "exit status 2");
}

TEST_CASE("what keeps a command from starting is seen before it is needed") {
    Hook hook("exit 0");
    CHECK(process::reason_not_runnable({hook.path, "x"}).empty());
    CHECK(process::reason_not_runnable({}).empty());
    CHECK(process::reason_not_runnable({"/no/such"}) == "/no/such: no such file");
    CHECK(process::reason_not_runnable({"reload"}) == "reload is not an absolute path");
    std::string folder = hook.scratch.path().string();
    CHECK(process::reason_not_runnable({folder}) == folder + " is not a file");
    test::write_script(hook.path, "#!/no/such/sh\n");
    CHECK(process::reason_not_runnable({hook.path}) ==
          hook.path + " cannot be run: its first line: /no/such/sh: no such file");
    ::chmod(hook.path.c_str(), 0644);
    CHECK(process::reason_not_runnable({hook.path}) ==
          hook.path + " is not executable: chmod +x " + hook.path);
}
