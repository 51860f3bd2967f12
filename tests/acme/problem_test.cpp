// SPDX-License-Identifier: Apache-2.0
#include "acme/problem.hpp"

#include "support/catch.hpp"

namespace md::acme {

using model::FailureClass;

namespace {

Problem problem_of(const std::string& word, unsigned status = 400) {
    return {"urn:ietf:params:acme:error:" + word, "detail", status, {}};
}

}  // namespace

TEST_CASE("a problem document is read with its subproblems") {
    Problem problem = parse_problem(R"({"type":"urn:ietf:params:acme:error:rejectedIdentifier",
        "detail":"some are bad","subproblems":[{"type":"urn:ietf:params:acme:error:caa",
        "detail":"forbidden","identifier":{"type":"dns","value":"b.org"}}]})",
                                    403);
    CHECK(problem.is("rejectedIdentifier"));
    CHECK(problem.status == 403);
    CHECK(problem.text() == "rejectedIdentifier: some are bad; b.org: caa: forbidden");
}

TEST_CASE("what is no problem document becomes one made of the HTTP status") {
    for (const char* body : {"", "<html>no</html>", "[]", "null", "\"x\"", "{", "{}"}) {
        Problem problem = parse_problem(body, 502);
        CHECK(problem.status == 502);
        CHECK(problem.text().find("502") != std::string::npos);
        CHECK(failure_class(problem) == FailureClass::passing);
    }
}

TEST_CASE("wrong types in a problem document are passed over") {
    Problem problem = parse_problem(
        R"({"type":7,"detail":["x"],"title":"Bad","subproblems":[1,"a",{"identifier":3}]})", 400);
    CHECK(problem.type == "about:blank");
    CHECK(problem.detail == "Bad");
    CHECK(problem.subproblems.size() == 1);
}

TEST_CASE("a CA's words reach nobody unescaped or unbounded") {
    Problem problem = parse_problem(
        R"({"type":"urn:ietf:params:acme:error:dns","detail":"a\r\nb\u001b[31m\u0000"})", 400);
    CHECK(problem.text().find_first_of("\r\n\x1b") == std::string::npos);
    problem.detail = std::string(100000, 'x');
    CHECK(problem.text().size() < 1000);
    problem.subproblems.resize(5, {std::string(5000, 'y'), std::string(5000, 'z'), "n"});
    CHECK(problem.text().size() < 3000);
}

TEST_CASE("no more subproblems are kept than a person would read") {
    std::string body = R"({"type":"x","subproblems":[)";
    for (int i = 0; i < 500; ++i)
        body += std::string(i ? "," : "") + R"({"detail":"d"})";
    CHECK(parse_problem(body + "]}", 400).subproblems.size() == 20);
}

TEST_CASE("refusals that cost the CA's budget are told from mistakes and passing trouble") {
    for (const char* word :
         {"unauthorized", "caa", "dns", "connection", "tls", "rateLimited", "incorrectResponse"})
        CHECK(failure_class(problem_of(word)) == FailureClass::budget);
    for (const char* word :
         {"malformed", "rejectedIdentifier", "unsupportedIdentifier", "invalidContact",
          "unsupportedContact", "badCSR", "badPublicKey", "externalAccountRequired",
          "userActionRequired", "badSignatureAlgorithm"})
        CHECK(failure_class(problem_of(word)) == FailureClass::permanent);
    for (const char* word : {"badNonce", "serverInternal", "orderNotReady"})
        CHECK(failure_class(problem_of(word)) == FailureClass::passing);
}

TEST_CASE("an unknown type is judged by the HTTP status") {
    CHECK(failure_class(problem_of("novelty", 500)) == FailureClass::passing);
    CHECK(failure_class(problem_of("novelty", 503)) == FailureClass::passing);
    CHECK(failure_class(problem_of("novelty", 429)) == FailureClass::passing);
    CHECK(failure_class(problem_of("novelty", 403)) == FailureClass::budget);
    CHECK(failure_class({"about:blank", "", 404, {}}) == FailureClass::budget);
}

}  // namespace md::acme
