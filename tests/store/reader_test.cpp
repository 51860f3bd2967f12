// SPDX-License-Identifier: Apache-2.0
// A web server that looks all the time, from a process of its own, while sets are activated.
#include "await.hpp"
#include "faults.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <array>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace md;
using md::test::await;
using md::test::open_store;

namespace {

constexpr int ok = 0, vanished = 1, mixed = 2, torn = 3;

std::map<std::string, std::string> generation(int number) {
    std::string mark = std::to_string(number) + "\n";
    return {{"privkey.pem", mark + std::string(20'000, 'k')},
            {"pubcert.pem", mark + std::string(30'000, 'c')}};
}

std::string read_at(int folder, const char* file) {
    int descriptor = ::openat(folder, file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return "";
    std::string text(65'536, '\0');
    ssize_t count = ::read(descriptor, text.data(), text.size());
    ::close(descriptor);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
}

// One look, by way of the directory opened once.
int look(const char* folder) {
    int opened = ::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0)
        return vanished;
    std::string key = read_at(opened, "privkey.pem");
    std::string certificate = read_at(opened, "pubcert.pem");
    struct stat seen {
    }, now{};
    bool is_live =
        ::fstat(opened, &seen) == 0 && ::stat(folder, &now) == 0 && seen.st_ino == now.st_ino;
    ::close(opened);
    if (key.empty() || certificate.empty())
        return is_live ? torn : ok;  // pruned from the archive under our eyes
    auto mark = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    if (mark(key) != mark(certificate))
        return mixed;
    bool whole = key.size() - mark(key).size() == 20'001 &&
                 certificate.size() - mark(certificate).size() == 30'001;
    return whole ? ok : torn;
}

// Looks until the pipe is closed; the exit status is what went wrong, or 100 for too few looks.
[[noreturn]] void watch(const std::string& folder, int until_closed) {
    int looks = 0;
    pollfd end{until_closed, POLLIN, 0};
    for (; ::poll(&end, 1, 0) == 0; ++looks)
        if (int problem = look(folder.c_str()); problem != ok)
            ::_exit(problem);
    ::_exit(looks > 100 ? ok : 100);
}

}  // namespace

TEST_CASE("over 200 activations a reader never misses the set nor sees a mixed one", "[heavy]") {
    test::faults::skip_sync(true);  // the disk would only make it slower
    test::Scratch scratch;
    auto store = open_store(scratch / "md");
    await(store->activate("a.org", generation(0)));
    std::array<int, 2> end{};
    REQUIRE(::pipe(end.data()) == 0);
    pid_t reader = ::fork();
    REQUIRE(reader >= 0);
    if (reader == 0) {
        ::close(end[1]);
        watch((scratch / "md/domains/a.org").string(), end[0]);
    }
    ::close(end[0]);
    for (int number = 1; number <= 200; ++number)
        await(store->activate("a.org", generation(number)));
    ::close(end[1]);
    int status = 0;
    REQUIRE(::waitpid(reader, &status, 0) == reader);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == ok);
    CHECK(await(store->list("archive")).size() == 10);
    test::faults::skip_sync(false);
}
