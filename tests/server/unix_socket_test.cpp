// SPDX-License-Identifier: Apache-2.0
// A Unix socket in the place of port 80: who may put one there, who may connect, and who is heard.
#include "server/unix_socket.hpp"

#include "base/receipt.hpp"
#include "served.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace md::test;
using md::server::replaceable_by_others;

namespace {

struct AtPath : Served {
    explicit AtPath(md::server::Limits limits = {}) : Served(Closed{}, limits) {}

    std::string path() const { return (scratch / "http.sock").string(); }
    // The reason why it could not be opened, or "".
    std::string open() { return open(path()); }
    std::string open(const std::string& at) {
        std::string failure;
        on_loop([&] {
            auto failures = listener.open({{}, {}, at});
            if (!failures.empty())
                failure = failures.at(0).reason;
            ports = listener.http_ports().size();
            reason = listener.http_reason();
        });
        return failure;
    }
    Scratch scratch;
    std::size_t ports = 0;
    std::string reason;
};

// Somebody else's socket: listening, or, once closed, left behind.
int listening_at(const std::string& path) {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    REQUIRE(::listen(descriptor, 16) == 0);
    return descriptor;
}

std::string answer_at(const std::string& path, const std::string& request = get("/")) {
    Visitor visitor(path);
    visitor.send(request);
    return visitor.answer();
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode;
}

}  // namespace

TEST_CASE("a Unix socket answers as port 80 does, for the group of its folder") {
    AtPath at;
    REQUIRE(at.open() == "");
    CHECK(at.reason == "");
    CHECK(at.ports == 0);
    CHECK(mode_of(at.path()) == (S_IFSOCK | 0660));
    auto receipt = std::make_shared<md::base::Receipt>();
    at.on_loop([&] {
        at.respond = [receipt](const md::server::Request&) {
            auto response = md::server::plain(200, "here it is\n");
            response.receipt = receipt;
            return response;
        };
    });
    const auto answer = answer_at(at.path(), get("/here"));
    CHECK(status_of(answer) == "200");
    CHECK(body_of(answer) == "here it is\n");
    at.on_loop([&] { CHECK(receipt->count() == 1); });
    CHECK(at.open("/nonexistent/http.sock") == "/nonexistent: No such file or directory");
    CHECK(at.reason ==
          "port 80 (local unix:/nonexistent/http.sock) could not be bound: /nonexistent: No such "
          "file or directory");
    CHECK(::access(at.path().c_str(), F_OK) != 0);  // what is not wanted any more is removed
}

TEST_CASE("a Unix socket gets the group of its folder") {
    if (::getuid() != 0)
        return;  // who is not root has no other group to give
    AtPath at;
    REQUIRE(::chown(at.scratch.path().c_str(), 0, 33) == 0);
    REQUIRE(at.open() == "");
    struct stat status {};
    REQUIRE(::stat(at.path().c_str(), &status) == 0);
    CHECK(status.st_gid == 33);
}

TEST_CASE("connections by a Unix socket are no single peer") {
    md::server::Limits limits;
    limits.connections_per_peer = 1;
    AtPath at(limits);
    REQUIRE(at.open() == "");
    Visitor first(at.path()), second(at.path()), third(at.path());
    for (Visitor* visitor : {&first, &second, &third}) {
        visitor->send(get("/"));
        CHECK(status_of(visitor->answer()) == "404");
    }
}

TEST_CASE("a socket in use is left to its owner, who is not called") {
    AtPath at;
    const int other = listening_at(at.path());
    CHECK(at.open() == "Address already in use");
    CHECK(::accept(other, nullptr, nullptr) == -1);
    CHECK(errno == EAGAIN);
    ::close(other);
    CHECK(at.open() == "");  // it was left behind
    CHECK(status_of(answer_at(at.path())) == "404");
}

TEST_CASE("a file that is no socket is not replaced") {
    AtPath at;
    write_file(at.path(), "precious");
    CHECK(at.open() == "Address already in use");
    CHECK(read_file(at.path()) == "precious");
}

TEST_CASE("a socket that was passed to us serves its path by any name, and is not removed") {
    AtPath at;
    fs::create_directory(at.scratch / "run");
    fs::create_symlink("run", at.scratch / "var");
    const std::string path = (at.scratch / "run/s").string();
    const int passed = listening_at(path);
    at.on_loop([&] { at.listener.adopt(passed); });
    REQUIRE(at.open((at.scratch / "var/s").string()) == "");
    CHECK(status_of(answer_at(path)) == "404");
    at.on_loop([&] { at.listener.open({}); });
    CHECK(mode_of(path) != 0);
    REQUIRE(at.open(path) == "");
    CHECK(status_of(answer_at(path)) == "404");
}

TEST_CASE("a folder that others may write to is no place for the socket") {
    const Scratch scratch;
    const std::string folder = scratch.path().string(), path = folder + "/http.sock";
    CHECK(replaceable_by_others(path) == "");
    CHECK(replaceable_by_others("/http.sock") == "");
    for (mode_t mode : {0777, 0770, 0757, 01777}) {
        INFO(std::oct << mode);
        REQUIRE(::chmod(folder.c_str(), mode) == 0);
        CHECK(replaceable_by_others(path) == "others may write to " + folder);
    }
    AtPath at;
    REQUIRE(::chmod(at.scratch.path().c_str(), 0777) == 0);
    CHECK(at.open() == "others may write to " + at.scratch.path().string());
    CHECK(::access(at.path().c_str(), F_OK) != 0);
}

TEST_CASE("a folder above it that others may write to, or that is another's, is no place either") {
    const Scratch scratch;
    const std::string above = (scratch / "above").string(), folder = above + "/run";
    fs::create_directories(folder);
    REQUIRE(::chmod(above.c_str(), 0777) == 0);
    CHECK(replaceable_by_others(folder + "/s") == "others may write to " + above);
    REQUIRE(::chmod(above.c_str(), 01777) == 0);  // nobody else can rename what is ours in it
    CHECK(replaceable_by_others(folder + "/s") == "");
    if (::getuid() != 0)
        return;
    REQUIRE(::chmod(above.c_str(), 0755) == 0);
    REQUIRE(::chown(above.c_str(), 65534, 0) == 0);
    CHECK(replaceable_by_others(folder + "/s") == above + " belongs to another user");
}
