// SPDX-License-Identifier: Apache-2.0
// Requests in pieces, with bodies, and in the shapes by which requests are smuggled.
#include "server/request_parser.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using md::server::Limits;
using md::server::RequestParser;
using namespace std::string_literals;
using Progress = RequestParser::ParseProgress;

namespace {

Limits small() {
    Limits limits;
    limits.header_octets = 256;
    limits.body_octets = 16;
    return limits;
}

// How it ends when all the octets come at once: 200 for a whole request, 100 when more is needed.
unsigned outcome(const std::string& octets, std::string* rest = nullptr) {
    RequestParser parser(small());
    std::string_view left = octets;
    for (;;) {
        Progress progress = parser.advance(left);
        left.remove_prefix(parser.consumed());
        if (rest != nullptr)
            *rest = left;
        if (progress == Progress::refused)
            return parser.refused_with();
        if (progress == Progress::more)
            return 100;
        if (progress == Progress::whole || parser.is_whole())
            return 200;
    }
}

}  // namespace

TEST_CASE("a request is understood, however it is cut") {
    std::string octets = "GET /x?y HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n";
    RequestParser parser((Limits()));
    for (std::size_t size = 1; size < octets.size(); ++size)
        REQUIRE(parser.advance(std::string_view(octets).substr(0, size)) == Progress::more);
    REQUIRE(parser.advance(octets) == Progress::head);
    CHECK(parser.is_whole());
    CHECK(parser.consumed() == octets.size());
    CHECK(parser.method() == "GET");
    CHECK(parser.target() == "/x?y");
    CHECK(parser.host() == "a.example");
    CHECK(parser.keeps_alive());
    CHECK_FALSE(parser.http_1_0());
    CHECK_FALSE(parser.expects_continue());
}

TEST_CASE("connections are kept as their version and Connection say") {
    struct Row {
        std::string version, connection;
        bool kept;
    };
    auto row = GENERATE(values<Row>({{"1.1", "x", true},
                                     {"1.1", "close", false},
                                     {"1.1", "Keep-Alive, CLOSE", false},
                                     {"1.0", "x", false},
                                     {"1.0", "keep-alive", true}}));
    CAPTURE(row.version, row.connection);
    std::string octets =
        "GET / HTTP/" + row.version + "\r\nHost: a\r\nConnection: " + row.connection + "\r\n\r\n";
    RequestParser parser((Limits()));
    REQUIRE(parser.advance(octets) == Progress::head);
    CHECK(parser.keeps_alive() == row.kept);
    CHECK(parser.http_1_0() == (row.version == "1.0"));
}

TEST_CASE("requests and bodies that are whole leave what follows alone") {
    auto octets = GENERATE(values<std::string>({
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: CHUNKED\r\n\r\n1;x=y\r\na\r\n0\r\nHost: "
        "b\r\nX: y\r\n\r\n",
        "X-METHOD http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    }));
    CAPTURE(octets);
    std::string rest;
    CHECK(outcome(octets + "GET /next", &rest) == 200);
    CHECK(rest == "GET /next");
    CHECK(outcome(octets.substr(0, octets.size() - 1)) == 100);
}

// Found by fuzzing: Beast aborted over the fourth octet of a body without a chunk.
TEST_CASE("a chunked body is understood, however it is cut") {
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    auto body = GENERATE(values<std::string>({"0\r\n\r\n", "00\r\n\r\n", "0;x=y\r\nX: y\r\n\r\n",
                                              "1\r\na\r\n0\r\n\r\n",
                                              "3\r\nabc\r\n2;x\r\nde\r\n000\r\nX: y\r\n\r\n"}));
    auto piece = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4});
    CAPTURE(body, piece);
    RequestParser parser(small());
    REQUIRE(parser.advance(head) == Progress::head);
    std::size_t begin = 0, end = 0;
    Progress progress = Progress::more;
    while (progress == Progress::more && end < body.size()) {
        end = std::min(end + piece, body.size());
        progress = parser.advance(std::string_view(body).substr(begin, end - begin));
        begin += parser.consumed();
    }
    CHECK(progress == Progress::whole);
    CHECK(begin == body.size());
}

TEST_CASE("shapes that two servers could read differently are refused") {
    auto head = GENERATE(values<std::string>({
        "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
        "Host: a\r\nContent-Length: 5\r\nContent-Length: 6",
        "Host: a\r\nContent-Length: 5\r\nContent-Length: 5",
        "Host: a\r\nContent-Length: 5, 6",
        "Host: a\r\nContent-Length: 4, 4",
        "Host: a\r\nContent-Length: 4,4",
        "Host: a\r\nContent-Length: 4,",
        "Host: a\r\nContent-Length: ,4",
        "Host: a\r\nContent-Length: 4;4",
        "Host: a\r\nContent-Length: 4\t4",
        "Host: a\r\nContent-Length: 4.0",
        "Host: a\r\nContent-Length: 0, 0",
        "Host: a\r\nContent-Length: +5",
        "Host: a\r\nContent-Length: -5",
        "Host: a\r\nContent-Length: 0x5",
        "Host: a\r\nContent-Length: 5 5",
        "Host: a\r\nContent-Length:",
        "Host: a\r\nContent-Length: 99999999999999999999",
        "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Host: a\r\nTransfer-Encoding: chunked, identity",
        "Host: a\r\nTransfer-Encoding: identity, chunked",
        "Host: a\r\nTransfer-Encoding: gzip",
        "Host: a\r\nTransfer-Encoding: xchunked",
        "Host: a\r\nTransfer-Encoding : chunked",
        "Host: a\r\nTransfer-Encoding:\x0b chunked",
        "Host: a\r\n Transfer-Encoding: chunked",
        "Host: a\r\nX: y\r\n\tfolded",
        "Host: a\nContent-Length: 5",
        "Host: a\r\nX: a\rb",
        "Host: a\r\nX: a\0b"s,
        "Host: a\r\nX y: z",
        "Host: a\r\n: z",
        "Host: a\r\nHost: b",
        "Host: a\r\nHost: a",
        "X: y",
    }));
    CAPTURE(head);
    CHECK(outcome("POST / HTTP/1.1\r\n" + head + "\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n") == 400);
}

TEST_CASE("HTTP/1.0 knows no transfer codings") {
    CHECK(outcome("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
}

TEST_CASE("request lines that are none are refused") {
    struct Row {
        std::string line;
        unsigned status;
    };
    auto row = GENERATE(values<Row>({
        {"GET /", 400},
        {"GET / ", 505},
        {"GET  / HTTP/1.1", 400},
        {"GET / HTTP/1.1 ", 505},
        {"GET / HTTP/2.0", 505},
        {"PRI * HTTP/2.0", 505},
        {"GET / HTTP/1.2", 505},
        {"GET / HTTP/0.9", 505},
        {"GET / http/1.1", 505},
        {"GET /a\0b HTTP/1.1"s, 400},
        {"G(T / HTTP/1.1", 400},
        {"\x16\x03\x01\x02", 400},
        {" GET / HTTP/1.1", 400},
        {"\0\0\0"s, 400},
        {"{}", 400},
    }));
    CAPTURE(row.line);
    CHECK(outcome(row.line + "\r\nHost: a\r\n\r\n") == row.status);
}

TEST_CASE("octets that cannot begin a request are refused without waiting for more") {
    CHECK(outcome("\x16") == 400);
    CHECK(outcome("\r\n\r\n") == 400);
    CHECK(outcome("GET / HTTP/1.1\n") == 400);
    CHECK(outcome("\n") == 400);
    CHECK(outcome("\r") == 100);
}

TEST_CASE("a head may be as long as the limit and not longer, whole or not") {
    std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ", end = "\r\n\r\n";
    std::string fits(256 - start.size() - end.size(), 'x');
    CHECK(outcome(start + fits + end) == 200);
    CHECK(outcome(start + fits + "x" + end) == 431);
    CHECK(outcome(start + fits + "xxxxx") == 431);
    CHECK(outcome("GET /" + std::string(300, 'a')) == 431);
}

TEST_CASE("a body larger than the limit is refused as soon as its size is told") {
    std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
    CHECK(outcome(head + "Content-Length: 16\r\n\r\n" + std::string(16, 'x')) == 200);
    CHECK(outcome(head + "Content-Length: 17\r\n\r\n") == 413);
    CHECK(outcome(head + "Content-Length: 1073741824\r\n\r\n") == 413);
    head += "Transfer-Encoding: chunked\r\n\r\n";
    CHECK(outcome(head + "11\r\n") == 413);
    CHECK(outcome(head + "8\r\n12345678\r\n9\r\n") == 413);
    CHECK(outcome(head + "40000000\r\n") == 413);
    CHECK(outcome(head + "ffffffffffffffff\r\n") == 413);
}

TEST_CASE("broken chunks are refused") {
    std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::string chunk :
         {"x\r\n", "-1\r\n", "1\r\nab\r\n0\r\n\r\n", "fffffffffffffffff\r\n", "\r\n\r\n"}) {
        CAPTURE(chunk);
        CHECK(outcome(head + chunk) == 400);
    }
}

TEST_CASE("an expectation is known or refused") {
    std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: ";
    RequestParser parser(small());
    REQUIRE(parser.advance(head + "100-Continue\r\n\r\n") == Progress::head);
    CHECK(parser.expects_continue());
    CHECK_FALSE(parser.is_whole());
    CHECK(outcome(head + "something\r\n\r\n") == 417);
}
