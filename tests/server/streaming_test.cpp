// SPDX-License-Identifier: Apache-2.0
// Bodies that are made while they are sent, over real sockets.
#include "served.hpp"
#include "server/streamed_body.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

using namespace md::test;
using namespace md::server;
namespace asio = md::base::asio;

namespace {

// What a target has its work do: "/pieces", "/none", "/late", "/throws", "/forever".
struct Streaming : Served {
    Streaming() {
        on_loop([this] {
            respond = [this](const Request& request) {
                auto body = std::make_shared<StreamedBody>(loop.get_executor());
                body->work = work(std::string(request.target), *body);
                Response response = plain(200, "");
                response.stream = std::move(body);
                return response;
            };
        });
    }
    ~Streaming() { close(); }
    Streaming(const Streaming&) = delete;
    Streaming& operator=(const Streaming&) = delete;

    md::base::Task<void> work(std::string target, StreamedBody& body) {
        ++begun;
        struct Ending {
            std::atomic<int>& count;
            ~Ending() { ++count; }
        } ending{ended};
        if (target == "/late")
            body.status = 409;
        if (target == "/pieces")
            for (const char* piece : {"first,", "second,", "last"}) {
                body.write(piece);
                co_await asio::post(asio::use_awaitable);
            }
        else if (target != "/none")
            body.write("begun");
        if (target == "/throws")
            throw std::runtime_error("broken");
        if (target == "/forever") {
            asio::steady_timer never(loop, std::chrono::steady_clock::time_point::max());
            co_await never.async_wait(asio::use_awaitable);
        }
    }
    std::atomic<int> begun = 0, ended = 0;
};

std::string get_1_0(const std::string& target) {
    return "GET " + target + " HTTP/1.0\r\n\r\n";
}

// The body put together from its chunks; "cut short" when the last one is missing.
std::string unchunked(std::string body) {
    std::string whole;
    while (true) {
        std::size_t begin = 0;
        std::size_t size = std::stoul(body.empty() ? "0" : body, &begin, 16);
        if (body.empty())
            return "cut short";
        if (size == 0)
            return whole;
        whole += body.substr(begin + 2, size);
        body.erase(0, begin + 2 + size + 2);
    }
}

}  // namespace

TEST_CASE("a body comes in chunks, and the connection goes on with the next request") {
    Streaming served;
    Visitor visitor(served.http());
    visitor.send(get("/pieces") + get("/none") + get("/late", "a", "Connection: close\r\n"));
    visitor.finish_sending();
    const std::string all = visitor.rest();
    const std::size_t second = all.find("HTTP/1.1", 8), third = all.find("HTTP/1.1", second + 8);
    REQUIRE(third != std::string::npos);
    const std::string pieces = all.substr(0, second), none = all.substr(second, third - second);
    CHECK(status_of(pieces) == "200");
    CHECK(pieces.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(pieces.find("Content-Length") == std::string::npos);
    CHECK(unchunked(body_of(pieces)) == "first,second,last");
    CHECK(body_of(none) == "0\r\n\r\n");
    CHECK(status_of(all.substr(third)) == "409");
    CHECK(unchunked(body_of(all.substr(third))) == "begun");
}

TEST_CASE("a client that knows no chunks gets the octets until the end of the connection") {
    Streaming served;
    const std::string got = say(served.http(), get_1_0("/pieces"));
    CHECK(body_of(got) == "first,second,last");
    CHECK(got.find("Transfer-Encoding") == std::string::npos);
    CHECK(got.find("\r\nConnection: close\r\n") != std::string::npos);
}

TEST_CASE("for HEAD nothing is done") {
    Streaming served;
    Visitor visitor(served.http());
    visitor.send("HEAD /pieces HTTP/1.1\r\nHost: a\r\n\r\n" + get("/none"));
    CHECK(visitor.answer(false).find("chunked") != std::string::npos);
    CHECK(status_of(visitor.answer(false)) == "200");
    CHECK(served.begun == 1);
}

TEST_CASE("work that fails cuts the body short") {
    Streaming served;
    Visitor visitor(served.http());
    visitor.send(get("/throws"));
    CHECK(unchunked(body_of(visitor.rest())) == "cut short");
}

TEST_CASE("the work ends when the connection is evicted, and closing awaits it") {
    Streaming served;
    Visitor visitor(served.http());
    visitor.send(get("/forever"));
    CHECK(status_of(visitor.answer(false)) == "200");
    CHECK(served.ended == 0);
    served.close();
    CHECK(served.ended == 1);
    CHECK(unchunked(body_of(visitor.rest())) == "cut short");
}
