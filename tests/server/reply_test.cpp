// SPDX-License-Identifier: Apache-2.0
// Answers as they go over the wire, octet by octet.
#include "server/reply.hpp"

#include "support/catch.hpp"

#include <string>

using namespace md::server;

namespace {

constexpr const char* date = "Mon, 23 Nov 2026 14:28:17 GMT";

std::string octets(const Response& answer, ReplyFrame frame = {}) {
    frame.date = date;
    std::string out;
    append_reply(out, answer, frame);
    return out;
}

}  // namespace

TEST_CASE("a reply is status line, Server, Date, type, length, body") {
    Response answer;
    answer.status = 200;
    answer.content_type = "application/octet-stream";
    answer.body = "token.thumb";
    CHECK(octets(answer) ==
          "HTTP/1.1 200 OK\r\nServer: mdcertd\r\nDate: Mon, 23 Nov 2026 14:28:17 GMT\r\n"
          "Content-Type: application/octet-stream\r\nContent-Length: 11\r\n\r\ntoken.thumb");
}

TEST_CASE("a reply to HEAD tells the length and has no body") {
    Response answer = refusal(404);
    std::string reply = octets(answer, {"", true});
    CHECK(reply.ends_with("Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n"));
}

TEST_CASE("the last reply says close, and HTTP/1.0 is told when the connection stays") {
    CHECK(octets(refusal(400), {"", false, true}).find("\r\nConnection: close\r\n") !=
          std::string::npos);
    CHECK(octets(refusal(400), {"", false, true, true}).find("\r\nConnection: close\r\n") !=
          std::string::npos);
    CHECK(octets(refusal(400), {"", false, false, true}).find("\r\nConnection: keep-alive\r\n") !=
          std::string::npos);
    CHECK(octets(refusal(400)).find("Connection") == std::string::npos);
}

TEST_CASE("the answer's own headers are there once each") {
    Response answer = refusal(503);
    answer.headers.emplace_back("Retry-After", "10");
    std::string reply = octets(answer);
    CHECK(reply.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    CHECK(reply.find("\r\nRetry-After: 10\r\n") != std::string::npos);
    CHECK(reply.find("Retry-After") == reply.rfind("Retry-After"));
}

TEST_CASE("replies are appended, for answers to several requests at once") {
    std::string out = "before";
    append_reply(out, refusal(404), {date});
    append_reply(out, refusal(400), {date});
    CHECK(out.starts_with("beforeHTTP/1.1 404 Not Found\r\n"));
    CHECK(out.find("HTTP/1.1 400 Bad Request\r\n") != std::string::npos);
}
