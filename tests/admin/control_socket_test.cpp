// SPDX-License-Identifier: Apache-2.0
// The control socket over real local sockets: who gets an answer, who does not hold up whom.
#include "admin/control_socket.hpp"

#include "admin/control_client.hpp"
#include "base/error.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace md;
using namespace md::admin;
using namespace std::chrono_literals;
using nlohmann::json;
namespace asio = boost::asio;
namespace fs = std::filesystem;
using Local = asio::local::stream_protocol;

namespace {

class Scratch {
public:
    Scratch() {
        std::string pattern = (fs::temp_directory_path() / "mdcertd-admin-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~Scratch() { fs::remove_all(directory_); }
    std::string socket() const { return directory_ / "control.sock"; }
    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), {}));
    }

private:
    fs::path directory_;
};

// Takes turns until the condition holds; a context that ran out of work before is started again.
template <typename Condition>
void run_until(asio::io_context& ioc, Condition condition) {
    ioc.restart();
    while (!condition())
        REQUIRE(ioc.run_one() == 1);
}

// Answers with the question; "throw" throws, "hang" never answers.
base::Task<std::string> echo(json question, Progress progress) {
    if (question.value("command", "") == "throw")
        throw base::Error("it is refused");
    if (question.value("command", "") == "break")
        throw std::runtime_error("it is broken");
    if (question.value("command", "") == "report") {
        progress("begun");
        progress("nearly done");
    }
    if (question.value("command", "") == "hang") {
        auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, std::chrono::steady_clock::time_point::max());
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return json{{"ok", true}, {"question", question}}.dump(-1, ' ', false,
                                                              json::error_handler_t::replace);
}

// A daemon that serves until it goes out of scope.
class Daemon {
public:
    Daemon(asio::io_context& ioc, const std::string& path, ControlLimits limits = {}) : ioc_(ioc) {
        asio::co_spawn(ioc, serve_control(path, echo, limits),
                       asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr e) {
                           ended_ = true;
                           failed_ = e;
                       }));
        ioc.restart();
        ioc.poll();
    }
    ~Daemon() { stop(); }
    void stop() {
        // Asio passes the signal on by a pointer in a posted function: not after the end.
        if (ended_)
            return;
        signal_.emit(asio::cancellation_type::terminal);
        run_until(ioc_, [this] { return ended_; });
    }
    bool ended() const { return ended_; }
    std::string failure() const {
        try {
            if (failed_)
                std::rethrow_exception(failed_);
        } catch (const base::Error& error) {
            return error.what();
        }
        return "";
    }

private:
    asio::io_context& ioc_;
    asio::cancellation_signal signal_;
    bool ended_ = false;
    std::exception_ptr failed_;
};

std::optional<json> ask(asio::io_context& ioc, const std::string& path, const json& question,
                        Asking asking = {}) {
    std::optional<json> answer;
    std::exception_ptr failed;
    bool ended = false;
    asio::co_spawn(ioc, ask_daemon(path, question, asking),
                   [&](std::exception_ptr error, std::optional<json> said) {
                       failed = error;
                       answer = std::move(said);
                       ended = true;
                   });
    run_until(ioc, [&] { return ended; });
    if (failed)
        std::rethrow_exception(failed);
    return answer;
}

// A client that speaks raw octets.
class RawClient {
public:
    RawClient(asio::io_context& ioc, const std::string& path) : ioc_(ioc), socket_(ioc) {
        socket_.connect(Local::endpoint(path));
    }
    void send(const std::string& octets) {
        boost::system::error_code ignored;
        asio::write(socket_, asio::buffer(octets), ignored);
    }
    // Says that nothing more comes, and waits for answers all the same.
    void shut() { socket_.shutdown(Local::socket::shutdown_send); }
    // The next line, "" when the daemon closed.
    std::string line() {
        bool ended = false;
        std::string result;
        asio::async_read_until(socket_, asio::dynamic_buffer(received_), '\n',
                               [&](boost::system::error_code error, std::size_t size) {
                                   ended = true;
                                   if (!error) {
                                       result = received_.substr(0, size);
                                       received_.erase(0, size);
                                   }
                               });
        run_until(ioc_, [&] { return ended; });
        return result;
    }

private:
    asio::io_context& ioc_;
    Local::socket socket_;
    std::string received_;
};

}  // namespace

TEST_CASE("a question is answered") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    auto answer = ask(ioc, scratch.socket(), {{"command", "status"}, {"names", {"a.org"}}});
    REQUIRE(answer);
    CHECK((*answer)["ok"] == true);
    CHECK((*answer)["question"]["names"][0] == "a.org");
}

TEST_CASE("the socket belongs to its owner alone and nothing else is left beside it") {
    Scratch scratch;
    asio::io_context ioc;
    mode_t former = ::umask(0);
    Daemon daemon(ioc, scratch.socket());
    ::umask(former);
    struct stat found {};
    REQUIRE(::lstat(scratch.socket().c_str(), &found) == 0);
    CHECK((found.st_mode & 07777) == 0600);
    CHECK(S_ISSOCK(found.st_mode));
    CHECK(scratch.entries() == 1);
}

TEST_CASE("the socket goes with the daemon") {
    Scratch scratch;
    asio::io_context ioc;
    {
        Daemon daemon(ioc, scratch.socket());
        CHECK(fs::exists(scratch.socket()));
    }
    CHECK(scratch.entries() == 0);
    CHECK(ask(ioc, scratch.socket(), json::object()) == std::nullopt);
}

TEST_CASE("without a daemon there is no answer, and that is no error") {
    Scratch scratch;
    asio::io_context ioc;
    CHECK(ask(ioc, scratch.socket(), json::object()) == std::nullopt);
    CHECK(ask(ioc, scratch.socket() + "/below/it", json::object()) == std::nullopt);
}

TEST_CASE("the socket of a dead daemon is replaced") {
    Scratch scratch;
    asio::io_context ioc;
    { Local::acceptor dead(ioc, Local::endpoint(scratch.socket())); }
    REQUIRE(fs::exists(scratch.socket()));
    CHECK(ask(ioc, scratch.socket(), json::object()) == std::nullopt);
    Daemon daemon(ioc, scratch.socket());
    CHECK(ask(ioc, scratch.socket(), json::object()));
}

TEST_CASE("a living daemon's socket is left alone, and the path is named") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon first(ioc, scratch.socket());
    {
        Daemon second(ioc, scratch.socket());
        CHECK(second.ended());
        CHECK(second.failure() == "another mdcertd answers at " + scratch.socket());
    }
    CHECK(ask(ioc, scratch.socket(), json::object()));
}

TEST_CASE("a file that is no socket is left alone") {
    Scratch scratch;
    asio::io_context ioc;
    std::ofstream(scratch.socket()) << "precious";
    Daemon daemon(ioc, scratch.socket());
    CHECK_THAT(daemon.failure(), Catch::Contains("is not a socket"));
    CHECK(fs::file_size(scratch.socket()) == 8);
}

TEST_CASE("a path too long for a socket is told with what to do") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket() + std::string(120, 'x'));
    CHECK_THAT(daemon.failure(), Catch::Contains("use a shorter ServerRoot"));
}

TEST_CASE("a directory that is not there is told") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket() + ".d/control.sock");
    CHECK_THAT(daemon.failure(), Catch::Contains("No such file or directory"));
}

TEST_CASE("a daemon whose socket another one replaced does not take that away") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon first(ioc, scratch.socket());
    fs::remove(scratch.socket());
    Daemon second(ioc, scratch.socket());
    first.stop();
    CHECK(ask(ioc, scratch.socket(), json::object()));
}

TEST_CASE("what the answerer throws is the answer") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    for (auto [command, why] : {std::pair{"throw", "it is refused"}, {"break", "it is broken"}}) {
        auto answer = ask(ioc, scratch.socket(), {{"command", command}});
        REQUIRE(answer);
        CHECK(*answer == json{{"ok", false}, {"error", why}});
    }
}

TEST_CASE("one client asks several questions in turn") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient client(ioc, scratch.socket());
    client.send("{\"n\":1}\n{\"n\":2}\n");
    CHECK(json::parse(client.line())["question"]["n"] == 1);
    CHECK(json::parse(client.line())["question"]["n"] == 2);
    client.send("{\"n\":");
    client.send("3}\n");
    CHECK(json::parse(client.line())["question"]["n"] == 3);
}

TEST_CASE("rubbish is answered with an error, and the client may go on") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient client(ioc, scratch.socket());
    for (const std::string& rubbish :
         {std::string("\n"), std::string("[]\n"), std::string("\0\xff\n", 3), std::string("{\n"),
          std::string("GET / HTTP/1.1\n"), std::string(60000, '[') + "\n"}) {
        client.send(rubbish);
        CHECK(json::parse(client.line())["ok"] == false);
    }
    client.send("{}\n");
    CHECK(json::parse(client.line())["ok"] == true);
}

TEST_CASE("an answer that is not UTF-8 is sent all the same") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    CHECK(ask(ioc, scratch.socket(), {{"text", "\xff"}}));
}

TEST_CASE("a line longer than the limit is refused and the client is left") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient client(ioc, scratch.socket());
    client.send(std::string(64 * 1024 + 1, 'x'));
    CHECK_THAT(client.line(), Catch::Contains("longer than 65536 octets"));
    CHECK(client.line() == "");
    auto fits = ask(ioc, scratch.socket(), {{"text", std::string(60000, 'x')}});
    REQUIRE(fits);
    CHECK((*fits)["ok"] == true);
}

TEST_CASE("clients that hang hold up nobody") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient silent(ioc, scratch.socket()), halfway(ioc, scratch.socket()),
        waiting(ioc, scratch.socket());
    halfway.send("{\"command\":");
    waiting.send("{\"command\":\"hang\"}\n");
    for (int i = 0; i < 5; ++i)
        CHECK(ask(ioc, scratch.socket(), json::object()));
}

TEST_CASE("a client that leaves before its answer harms nobody") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    for (int i = 0; i < 5; ++i) {
        RawClient client(ioc, scratch.socket());
        client.send("{\"text\":\"" + std::string(30000, 'x') + "\"}\n");
    }
    CHECK(ask(ioc, scratch.socket(), json::object()));
}

TEST_CASE("a client that never asks is left after a while, which frees its place") {
    Scratch scratch;
    asio::io_context ioc;
    ControlLimits limits;
    limits.clients = 1;
    limits.patience = 20ms;
    Daemon daemon(ioc, scratch.socket(), limits);
    RawClient silent(ioc, scratch.socket());
    CHECK(ask(ioc, scratch.socket(), json::object()));
    CHECK(silent.line() == "");
}

TEST_CASE("a daemon that ends leaves its clients at once") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient silent(ioc, scratch.socket()), waiting(ioc, scratch.socket());
    waiting.send("{\"command\":\"hang\"}\n");
    CHECK(ask(ioc, scratch.socket(), json::object()));
    daemon.stop();
    CHECK(silent.line() == "");
    CHECK(waiting.line() == "");
}

namespace {

// Takes one client, says these octets to it, and closes.
base::Task<void> say_once(Local::acceptor& acceptor, std::string octets) {
    Local::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::array<char, 1024> question{};
    co_await socket.async_read_some(asio::buffer(question), asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(octets), asio::use_awaitable);
}

}  // namespace

TEST_CASE("a broken answer is an error that names the socket") {
    for (std::string octets : {"", "{\"ok\":", "rubbish\n", "[]\n", "\n"}) {
        Scratch scratch;
        asio::io_context ioc;
        Local::acceptor acceptor(ioc, Local::endpoint(scratch.socket()));
        asio::co_spawn(ioc, say_once(acceptor, octets), [](std::exception_ptr) {});
        CHECK_THROWS_WITH(ask(ioc, scratch.socket(), json::object()),
                          Catch::Contains(scratch.socket()));
    }
}

TEST_CASE("the places of clients that left before their answer are free") {
    Scratch scratch;
    asio::io_context ioc;
    ControlLimits limits;
    limits.clients = 3;
    Daemon daemon(ioc, scratch.socket(), limits);
    for (int i = 0; i < 70; ++i) {
        RawClient killed(ioc, scratch.socket());
        killed.send("{\"command\":\"hang\"}\n");
        ioc.poll();
    }
    CHECK(ask(ioc, scratch.socket(), json::object()));
}

TEST_CASE("a client that has said all it has to say still gets its answer") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient client(ioc, scratch.socket());
    client.send("{\"command\":\"report\"}\n");
    client.shut();
    CHECK(json::parse(client.line())["progress"] == "begun");
    CHECK(json::parse(client.line())["progress"] == "nearly done");
    CHECK(json::parse(client.line())["ok"] == true);
}

TEST_CASE("what is done for a question is told before its answer") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    std::vector<std::string> told;
    Asking asking;
    asking.on_progress = [&](const std::string& text) { told.push_back(text); };
    CHECK(ask(ioc, scratch.socket(), {{"command", "report"}}, asking));
    CHECK(told == std::vector<std::string>{"begun", "nearly done"});
}

TEST_CASE("a daemon that is at work shows signs of life, one that is silent is given up") {
    Scratch scratch;
    asio::io_context ioc;
    {
        ControlLimits limits;
        limits.sign_of_life = 5ms;
        Daemon daemon(ioc, scratch.socket(), limits);
        RawClient waiting(ioc, scratch.socket());
        waiting.send("{\"command\":\"hang\"}\n");
        for (int i = 0; i < 3; ++i)
            CHECK(json::parse(waiting.line())["progress"] == "");
    }
    Asking asking;
    asking.silence = 20ms;
    // It takes clients and says nothing: as a process that is stopped.
    Local::acceptor silent(ioc, Local::endpoint(scratch.socket()));
    CHECK_THROWS_WITH(ask(ioc, scratch.socket(), json::object(), asking),
                      Catch::Contains("the daemon (process " + std::to_string(::getpid()) +
                                      ") has not answered"));
}
