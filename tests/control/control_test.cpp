// SPDX-License-Identifier: Apache-2.0
// The control socket over real local sockets: who gets an answer, who does not hold up whom.
#include "base/error.hpp"
#include "control/control_client.hpp"
#include "control/control_server.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace md;
using namespace md::control;
using namespace std::chrono_literals;
using nlohmann::json;
namespace asio = boost::asio;
namespace fs = std::filesystem;
using Local = asio::local::stream_protocol;

namespace {

class Scratch {
public:
    Scratch() {
        std::string pattern = (fs::temp_directory_path() / "mdcertd-control-XXXXXX").string();
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

// Answers with the question; a name says what else is to happen.
base::Task<std::string> echo(ControlRequest question, ProgressWriter progress) {
    const std::string wish = question.names.empty() ? "" : question.names.front();
    if (wish == "throw")
        throw base::Error("it is refused");
    if (wish == "break")
        throw std::runtime_error("it is broken");
    if (wish == "report") {
        progress.tell("begun");
        progress.tell("nearly done");
    }
    if (wish == "hang") {
        auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, std::chrono::steady_clock::time_point::max());
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return json{{"command", question.command}, {"names", question.names}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
}

// A daemon that serves until it goes out of scope.
class Daemon {
public:
    Daemon(asio::io_context& ioc, const std::string& path, ControlLimits limits = {}) : ioc_(ioc) {
        asio::co_spawn(ioc, serve(path, echo, limits),
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

using Names = std::vector<std::string>;

std::optional<json> ask(asio::io_context& ioc, const std::string& path, Names names = {},
                        Asking asking = {}, const std::string& command = "status") {
    std::optional<json> answer;
    std::exception_ptr failed;
    bool ended = false;
    asio::co_spawn(ioc, ask_daemon(path, command, names, asking),
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

std::string request(const std::string& target, const std::string& method = "GET") {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}
const std::string asks_status = request("/status");
const std::string asks_in_vain = request("/status?name=hang");

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
    // All up to that and with it; what there is when the daemon closes.
    std::string until(const std::string& end) {
        bool ended = false;
        std::string result;
        asio::async_read_until(socket_, asio::dynamic_buffer(received_), end,
                               [&](boost::system::error_code error, std::size_t size) {
                                   ended = true;
                                   result = received_.substr(0, error ? std::string::npos : size);
                                   received_.erase(0, result.size());
                               });
        run_until(ioc_, [&] { return ended; });
        return result;
    }
    std::string answer() { return until("\r\n0\r\n\r\n"); }

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
    for (const char* command : {"status", "renew", "reload", "forget", "reach"}) {
        auto answer =
            ask(ioc, scratch.socket(), {"a.org", "*.b.org", "x&y=%\xc3\xa9"}, {}, command);
        REQUIRE(answer);
        CHECK(*answer ==
              json{{"command", command}, {"names", {"a.org", "*.b.org", "x&y=%\xc3\xa9"}}});
    }
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
    CHECK(ask(ioc, scratch.socket()) == std::nullopt);
}

TEST_CASE("without a daemon there is no answer, and that is no error") {
    Scratch scratch;
    asio::io_context ioc;
    CHECK(ask(ioc, scratch.socket()) == std::nullopt);
    CHECK(ask(ioc, scratch.socket() + "/below/it") == std::nullopt);
}

TEST_CASE("the socket of a dead daemon is replaced") {
    Scratch scratch;
    asio::io_context ioc;
    { Local::acceptor dead(ioc, Local::endpoint(scratch.socket())); }
    REQUIRE(fs::exists(scratch.socket()));
    CHECK(ask(ioc, scratch.socket()) == std::nullopt);
    Daemon daemon(ioc, scratch.socket());
    CHECK(ask(ioc, scratch.socket()));
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
    CHECK(ask(ioc, scratch.socket()));
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
    CHECK(ask(ioc, scratch.socket()));
}

TEST_CASE("what the answerer throws is the error of the answer") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    CHECK_THROWS_WITH(ask(ioc, scratch.socket(), {"throw"}), "it is refused");
    CHECK_THROWS_WITH(ask(ioc, scratch.socket(), {"break"}), "it is broken");
    RawClient client(ioc, scratch.socket());
    client.send(request("/status?name=throw"));
    const std::string refused = client.answer();
    CHECK_THAT(refused, Catch::StartsWith("HTTP/1.1 409 Conflict\r\n"));
    CHECK_THAT(refused, Catch::Contains("{\"error\":\"it is refused\"}\n"));
    client.send(request("/status?name=break"));
    CHECK_THAT(client.answer(), Catch::StartsWith("HTTP/1.1 500 "));
}

TEST_CASE("one client asks several questions in turn") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient client(ioc, scratch.socket());
    client.send(request("/status?name=1") + request("/status?name=2"));
    CHECK_THAT(client.answer(), Catch::Contains("\"names\":[\"1\"]"));
    CHECK_THAT(client.answer(), Catch::Contains("\"names\":[\"2\"]"));
    client.send("GET /status?na");
    client.send("me=3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK_THAT(client.answer(), Catch::Contains("\"names\":[\"3\"]"));
}

TEST_CASE("what is no question is refused, and the client may go on") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient client(ioc, scratch.socket());
    struct Row {
        const char *target, *method, *status, *error;
    };
    const Row rows[] = {
        {"/", "GET", "404", "does not know '/'"},
        {"/shutdown", "POST", "404", "where mdcertd was updated, restart it"},
        {"/status/", "GET", "404", "does not know '/status/'"},
        {"/status", "POST", "405", "this is asked by GET"},
        {"/renew", "GET", "405", "this is asked by POST"},
        {"/forget?name=%zz", "POST", "400", "malformed question"},
        {"*", "OPTIONS", "404", "does not know '*'"},
    };
    for (const Row& row : rows) {
        client.send(request(row.target, row.method));
        const std::string answer = client.until("}\n");
        CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 " + std::string(row.status)));
        CHECK_THAT(answer, Catch::Contains("{\"error\":\"") && Catch::Contains(row.error));
    }
    client.send(asks_status);
    CHECK_THAT(client.answer(), Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
    // As the client of an older mdcertd asks.
    RawClient former(ioc, scratch.socket());
    former.send("{\"command\":\"status\"}\n");
    CHECK_THAT(former.until("never"), Catch::StartsWith("HTTP/1.1 400 "));
}

TEST_CASE("curl asks as well") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    const std::string file = scratch.socket() + ".out";
    bool ended = false;
    std::thread curl([&] {
        const std::string command = "curl -sS -m 20 --unix-socket " + scratch.socket() +
                                    " http://localhost/status > " + file + " 2>&1";
        CHECK(std::system(command.c_str()) == 0);
        asio::post(ioc, [&] { ended = true; });
    });
    run_until(ioc, [&] { return ended; });
    curl.join();
    std::ifstream said(file);
    CHECK(json::parse(said) == json{{"command", "status"}, {"names", Names{}}});
}

TEST_CASE("an answer that is not UTF-8 is sent all the same") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    CHECK(ask(ioc, scratch.socket(), {"\xff"}));
}

TEST_CASE("more names than the limit allows are refused, and that is told") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    CHECK_THROWS_WITH(ask(ioc, scratch.socket(), {std::string(64 * 1024, 'x')}),
                      Catch::Contains("more names than the daemon takes"));
    CHECK(ask(ioc, scratch.socket(), {std::string(60'000, 'x')}));
}

TEST_CASE("clients that hang hold up nobody") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient silent(ioc, scratch.socket()), halfway(ioc, scratch.socket()),
        waiting(ioc, scratch.socket());
    halfway.send("GET /sta");
    waiting.send(asks_in_vain);
    for (int i = 0; i < 5; ++i)
        CHECK(ask(ioc, scratch.socket()));
}

TEST_CASE("a client that leaves before its answer harms nobody") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    for (int i = 0; i < 5; ++i) {
        RawClient client(ioc, scratch.socket());
        client.send(request("/status?name=" + std::string(30000, 'x')));
    }
    CHECK(ask(ioc, scratch.socket()));
}

TEST_CASE("a client that never asks is left after a while") {
    Scratch scratch;
    asio::io_context ioc;
    ControlLimits limits;
    limits.service.request_time = 20ms;
    Daemon daemon(ioc, scratch.socket(), limits);
    RawClient silent(ioc, scratch.socket());
    CHECK(silent.until("never") == "");
}

TEST_CASE("a client that waits longer than one may be silent is answered") {
    Scratch scratch;
    asio::io_context ioc;
    ControlLimits limits;
    limits.service.request_time = 100ms;
    limits.sign_of_life = 10ms;
    Daemon daemon(ioc, scratch.socket(), limits);
    RawClient waiting(ioc, scratch.socket());
    waiting.send(asks_in_vain);
    for (int i = 0; i < 30; ++i)
        REQUIRE_THAT(waiting.until("\r\n\n\r\n"), Catch::EndsWith("1\r\n\n\r\n"));
}

TEST_CASE("a client too many costs the one that has been silent the longest its place") {
    Scratch scratch;
    asio::io_context ioc;
    ControlLimits limits;
    limits.service.connections = 1;
    Daemon daemon(ioc, scratch.socket(), limits);
    RawClient silent(ioc, scratch.socket());
    CHECK(ask(ioc, scratch.socket()));
    CHECK(silent.until("never") == "");
}

TEST_CASE("a daemon that ends leaves its clients at once, and what was done for them has ended") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient silent(ioc, scratch.socket()), waiting(ioc, scratch.socket());
    waiting.send(asks_in_vain);
    CHECK(ask(ioc, scratch.socket()));
    daemon.stop();
    CHECK(silent.until("never") == "");
    CHECK(waiting.until("never") == "");
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
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::string octets :
         {std::string(), std::string("{\"ok\":false}\n"), std::string("HTTP/1.1 200 OK\r\n"), head,
          head + "2\r\n[]\r\n0\r\n\r\n", head + "9\r\n{\"status\"\r\n", head + "0\r\n\r\n",
          head + "1\r\n\n\r\n0\r\n\r\n"}) {
        CAPTURE(octets);
        Scratch scratch;
        asio::io_context ioc;
        Local::acceptor acceptor(ioc, Local::endpoint(scratch.socket()));
        asio::co_spawn(ioc, say_once(acceptor, octets), [](std::exception_ptr) {});
        CHECK_THROWS_WITH(ask(ioc, scratch.socket()), Catch::Contains(scratch.socket()));
    }
}

TEST_CASE("an answer in whatever pieces is the same answer") {
    const std::string body = "\n{\"progress\":\"p\"}\n\n{\"answer\":1}\n";
    std::string octets = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (char octet : body)
        octets += "1\r\n" + std::string(1, octet) + "\r\n";
    octets += "0\r\n\r\n";
    Scratch scratch;
    asio::io_context ioc;
    Local::acceptor acceptor(ioc, Local::endpoint(scratch.socket()));
    asio::co_spawn(ioc, say_once(acceptor, octets), [](std::exception_ptr) {});
    std::string told;
    Asking asking;
    asking.on_progress = [&](const std::string& text) { told += text; };
    CHECK(ask(ioc, scratch.socket(), {}, asking) == json{{"answer", 1}});
    CHECK(told == "p");
}

TEST_CASE("the places of clients that left before their answer are free") {
    Scratch scratch;
    asio::io_context ioc;
    ControlLimits limits;
    limits.service.connections = 3;
    Daemon daemon(ioc, scratch.socket(), limits);
    RawClient staying(ioc, scratch.socket());
    staying.send(asks_in_vain);
    ioc.poll();
    for (int i = 0; i < 70; ++i) {
        RawClient killed(ioc, scratch.socket());
        killed.send(asks_in_vain);
        ioc.poll();
    }
    ioc.poll();
    CHECK(ask(ioc, scratch.socket()));
}

TEST_CASE("a client that has said all it has to say still gets its answer") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    RawClient client(ioc, scratch.socket());
    client.send(request("/status?name=report"));
    client.shut();
    const std::string answer = client.answer();
    CHECK_THAT(answer, Catch::Contains("{\"progress\":\"begun\"}\n") &&
                           Catch::Contains("{\"progress\":\"nearly done\"}\n") &&
                           Catch::Contains("\"names\":[\"report\"]"));
}

TEST_CASE("what is done for a question is told before its answer") {
    Scratch scratch;
    asio::io_context ioc;
    Daemon daemon(ioc, scratch.socket());
    std::vector<std::string> told;
    Asking asking;
    asking.on_progress = [&](const std::string& text) { told.push_back(text); };
    CHECK(ask(ioc, scratch.socket(), {"report"}, asking, "renew"));
    CHECK(told == std::vector<std::string>{"begun", "nearly done"});
}

TEST_CASE("a daemon that is silent is given up") {
    Scratch scratch;
    asio::io_context ioc;
    Asking asking;
    asking.silence = 20ms;
    // It takes clients and says nothing: as a process that is stopped.
    Local::acceptor silent(ioc, Local::endpoint(scratch.socket()));
    CHECK_THROWS_WITH(ask(ioc, scratch.socket(), {}, asking),
                      Catch::Contains("the daemon (process " + std::to_string(::getpid()) +
                                      ") has not answered"));
}
