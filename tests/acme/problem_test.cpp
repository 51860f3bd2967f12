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

TEST_CASE("the first lines of what is no problem document are shown, and no about:blank") {
    const auto text = [](const std::string& body) { return parse_problem(body, 502).text(); };
    CHECK(text("<html>\r\n  <h1>Bad\tGateway</h1>\n</html>\n") ==
          "the CA answered with HTTP status 502: <html> <h1>Bad Gateway</h1> </html>");
    CHECK(text("") == "the CA answered with HTTP status 502");
    CHECK(text(" \n") == "the CA answered with HTTP status 502");
    CHECK_THAT(text(R"({"error": "unavailable"})"), Catch::Contains(R"({"error": "unavailable"})"));
    CHECK(text("\x1b[2J") == "the CA answered with HTTP status 502: ?[2J");
    CHECK(text(std::string(100'000, 'x')).size() < 300);
    for (const char* body : {"", "{}", R"({"detail":"no"})", R"({"type":"about:blank"})"})
        CHECK_THAT(text(body), !Catch::Contains("about:blank"));
    CHECK(parse_problem(R"({"detail":"no"})", 403).text() == "no");
    CHECK_FALSE(parse_problem("<html>", 403).has_type());
}

TEST_CASE("a problem document in Latin-1, or with bare line breaks, keeps its type") {
    Problem problem = parse_problem(
        "{\"type\":\"urn:ietf:params:acme:error:rateLimited\",\"detail\":\"trop de requ\xeates\n"
        "caf\xe9 \xc3\xa9\"}",
        429);
    CHECK(problem.is("rateLimited"));
    CHECK(problem.text() == "rateLimited: trop de requ\xc3\xaates caf\xc3\xa9 \xc3\xa9");
    CHECK(
        parse_problem("\xef\xbb\xbf{\"type\":\"urn:ietf:params:acme:error:caa\"}", 403).is("caa"));
}

TEST_CASE("a CA's letters are shown as they are, and cut between them") {
    CHECK(masked("Zertifikat für müller.example – 証明書") ==
          "Zertifikat für müller.example – 証明書");
    CHECK(masked("a\r\nb\x7f\xc2\x9b"
                 "31m\xe2\x80\xae.") == "a??b???31m???.");
    CHECK(masked("\xff\xc3") == "??");
    CHECK(masked("äöü", 4) == "äö...");
    CHECK(masked("äöü", 5) == "äö...");
    CHECK(masked("äöü", 6) == "äöü");
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
