// SPDX-License-Identifier: Apache-2.0
#include "acme/messages.hpp"

#include "acme/error.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

namespace md::acme {
namespace {

const UrlRule https_only{};
const std::string good_token(43, 'a');

std::string directory_with(const std::string& more) {
    return R"({"newNonce":"https://ca.test/n","newAccount":"https://ca.test/a",)"
           R"("newOrder":"https://ca.test/o")" +
           more + "}";
}

std::string order_with(const std::string& status, const std::string& more = "") {
    return R"({"status":")" + status +
           R"(","identifiers":[{"type":"dns","value":"a.org"}],)"
           R"("authorizations":["https://ca.test/z/1"],"finalize":"https://ca.test/f/1")" +
           more + "}";
}

std::string authorization_with(const std::string& status, const std::string& challenges,
                               const std::string& name = "a.org") {
    return R"({"status":")" + status + R"(","identifier":{"type":"dns","value":")" + name +
           R"("},"challenges":)" + challenges + "}";
}

std::string challenge_with(const std::string& token, const std::string& url = "https://ca.test/c",
                           const std::string& type = "http-01") {
    return R"([{"type":")" + type + R"(","url":")" + url + R"(","status":"pending","token":")" +
           token + R"("}])";
}

Order parsed_order(const std::string& text) {
    return parse_order(text, *http::Url::parse("https://ca.test/order/1"), https_only);
}

}  // namespace

TEST_CASE("a directory is read with its terms") {
    Directory directory =
        parse_directory(directory_with(R"(,"meta":{"termsOfService":"https://ca.test/tos",
        "externalAccountRequired":true},"renewalInfo":"https://ca.test/ari","x":[1])"),
                        https_only);
    CHECK(directory.new_order.text() == "https://ca.test/o");
    CHECK(directory.terms_of_service == "https://ca.test/tos");
    CHECK(directory.external_account_required);
    CHECK(directory.renewal_info);
    CHECK_FALSE(directory.key_change);
}

TEST_CASE("a directory without its three URLs, or that is something else, is refused") {
    for (const char* text :
         {"", "{}", "[]", "<html>", "null", R"({"newNonce":1})",
          R"({"newNonce":"https://ca.test/n","newAccount":"https://ca.test/a"})"})
        CHECK_THROWS_AS(parse_directory(text, https_only), ProtocolError);
}

TEST_CASE("a CA may not send us to http, to other schemes, or to credentials") {
    for (const char* url :
         {"http://ca.test/x", "ftp://ca.test/x", "file:///etc/passwd", "/relative", "",
          "https://user:secret@ca.test/x", "javascript:alert(1)", "https://"}) {
        CHECK_THROWS_AS(parse_url(url, https_only, "test"), ProtocolError);
        std::string text = directory_with(std::string(R"(,"keyChange":")") + url + "\"");
        CHECK_THROWS_AS(parse_directory(text, https_only), ProtocolError);
    }
    CHECK(parse_url("http://ca.test/x", UrlRule{true}, "test").scheme() == "http");
    CHECK_THROWS_AS(parse_url("https://ca.test/" + std::string(5000, 'x'), https_only, "t"),
                    ProtocolError);
}

TEST_CASE("every order status of RFC 8555 is known, and no other") {
    for (OrderStatus status : {OrderStatus::pending, OrderStatus::ready, OrderStatus::processing,
                               OrderStatus::valid, OrderStatus::invalid})
        CHECK(parsed_order(order_with(std::string(word(status)))).status == status);
    for (const char* status : {"", "Pending", "done", "revoked"})
        CHECK_THROWS_AS(parsed_order(order_with(status)), ProtocolError);
}

TEST_CASE("an order is read with names, URLs and error") {
    Order order = parsed_order(order_with(
        "invalid",
        R"(,"error":{"type":"urn:ietf:params:acme:error:caa","detail":"no","status":403})"));
    CHECK(order.names == std::vector<std::string>{"a.org"});
    CHECK(order.authorizations.size() == 1);
    CHECK(order.finalize->text() == "https://ca.test/f/1");
    CHECK_FALSE(order.certificate);
    CHECK(order.error->is("caa"));
    CHECK(order.error->status == 403);
}

TEST_CASE("an order of wrong types is refused") {
    for (
        const char* text :
        {R"({"status":"pending"})", R"({"status":"pending","identifiers":{},"authorizations":[]})",
         R"({"status":"pending","identifiers":[],"authorizations":[7]})",
         R"({"status":["pending"],"identifiers":[],"authorizations":[]})",
         R"({"status":"pending","identifiers":[],"authorizations":[],"finalize":"http://x.org/"})"})
        CHECK_THROWS_AS(parsed_order(text), ProtocolError);
}

TEST_CASE("an order with more authorizations than any certificate has names is refused") {
    nlohmann::json order = {{"status", "pending"}, {"identifiers", nlohmann::json::array()}};
    order["authorizations"] = std::vector<std::string>(1001, "https://ca.test/z");
    CHECK_THROWS_AS(parsed_order(order.dump()), ProtocolError);
}

TEST_CASE("an authorization is read with its challenges") {
    Authorization authorization =
        parse_authorization(authorization_with("pending", challenge_with(good_token)), https_only);
    CHECK(authorization.name == "a.org");
    REQUIRE(authorization.challenges.size() == 1);
    CHECK(authorization.challenges[0].token == good_token);
    CHECK(authorization.challenges[0].type == "http-01");
}

TEST_CASE("a processing authorization is known, as Boulder has it") {
    CHECK(parse_authorization(authorization_with("processing", "[]"), https_only).status ==
          AuthorizationStatus::processing);
    CHECK_THROWS_AS(parse_authorization(authorization_with("odd", "[]"), https_only),
                    ProtocolError);
}

TEST_CASE("a challenge of an unknown type without token is passed over, not refused") {
    auto authorization = parse_authorization(
        authorization_with("pending",
                           R"([{"type":"dns-persist-01","url":"https://ca.test/c",
                           "status":"pending","issuer-domain-names":["ca.test"]}])"),
        https_only);
    CHECK(authorization.challenges.empty());
}

TEST_CASE("a challenge of an unknown type may look as it likes") {
    auto authorization = parse_authorization(
        authorization_with("pending",
                           R"([{"type":"new-01","url":"ftp://x","status":"odd","token":"../"},
                                          {"type":7},{},)" +
                               challenge_with(good_token).substr(1)),
        https_only);
    REQUIRE(authorization.challenges.size() == 1);
    CHECK(authorization.challenges[0].type == "http-01");
}

TEST_CASE("tokens that are no tokens are refused before they reach a path or a log") {
    for (const std::string& token :
         {std::string("../../../etc/passwd"), std::string("short"), std::string(257, 'a'),
          std::string("abcdefghijklmnopqrstuvwxyz/"), std::string("abcdefghijklmnopqrstuv wx"),
          std::string(10240, 'a'), std::string("abcdefghijklmnopqrstuvw=="),
          std::string("abcdefghijklmnopqrstu\\r\\nX")}) {
        CHECK_THROWS_AS(
            parse_authorization(authorization_with("pending", challenge_with(token)), https_only),
            ProtocolError);
    }
    CHECK(token_is_sound(good_token));
    CHECK(token_is_sound(std::string(22, '-')));
    CHECK_FALSE(token_is_sound(std::string(21, 'a')));
    CHECK_FALSE(token_is_sound("abcdefghijklmnopqrstu\r\nX"));
}

TEST_CASE("a challenge URL obeys the rule of URLs") {
    CHECK_THROWS_AS(
        parse_authorization(
            authorization_with("pending", challenge_with(good_token, "http://ca.test/c")),
            https_only),
        ProtocolError);
}

TEST_CASE("an authorization for what is no domain name is refused") {
    for (const char* name : {"", "a b", "127.0.0.1", "../x", "a..b"})
        CHECK_THROWS_AS(parse_authorization(authorization_with("pending", "[]", name), https_only),
                        ProtocolError);
}

TEST_CASE("an authorization and an order may be for addresses, in any form of them") {
    const std::string address = R"({"type":"ip","value":"2001:DB8:0::1"})";
    const Authorization authorization = parse_authorization(
        R"({"status":"pending","identifier":)" + address + R"(,"challenges":[]})", https_only);
    CHECK(authorization.name == "2001:db8::1");
    CHECK_THROWS_AS(
        parse_authorization(
            R"({"status":"pending","identifier":{"type":"ip","value":"a.org"},"challenges":[]})",
            https_only),
        ProtocolError);
    const Order order = parsed_order(
        R"({"status":"valid","identifiers":[{"type":"dns","value":"A.org"},)" + address + "]}");
    CHECK(order.names == std::vector<std::string>{"a.org", "2001:db8::1"});
}

TEST_CASE("the profiles of a directory are read with their descriptions, others are none") {
    const Directory directory = parse_directory(
        directory_with(
            R"(,"meta":{"profiles":{"classic":"https://ca.test/classic","odd":7,"":"x"}})"),
        https_only);
    REQUIRE(directory.profiles.size() == 2);
    CHECK(directory.profiles[0].name == "classic");
    CHECK(directory.profiles[0].description == "https://ca.test/classic");
    CHECK(directory.profiles[1].name == "odd");
    CHECK(directory.profiles[1].description == "");
    CHECK(parse_directory(directory_with(R"(,"meta":{"profiles":["classic"]})"), https_only)
              .profiles.empty());
}

TEST_CASE("JSON nested without end is refused before it is built") {
    std::string deep = R"({"status":"pending","identifiers":)" + std::string(100000, '[') +
                       std::string(100000, ']') + "}";
    CHECK_THROWS_AS(parsed_order(deep), ProtocolError);
    CHECK_THROWS_AS(parse_directory(std::string(1000000, '{'), https_only), ProtocolError);
    // Brackets within texts are no nesting.
    CHECK_NOTHROW(parse_directory(
        directory_with(R"(,"note":")" + std::string(100, '[') + R"(\"{{{{")"), https_only));
}

TEST_CASE("payloads are as RFC 8555 writes them") {
    CHECK(new_account_payload({"mailto:a@b.org"}, true) ==
          R"({"contact":["mailto:a@b.org"],"termsOfServiceAgreed":true})");
    CHECK(new_account_payload({}, false) == "{}");
    CHECK(contacts_payload({}) == R"({"contact":[]})");
    CHECK(new_order_payload(
              {*model::Identifier::parse("a.org"), *model::Identifier::parse("*.b.org")}) ==
          R"({"identifiers":[{"type":"dns","value":"a.org"},{"type":"dns","value":"*.b.org"}]})");
    CHECK(new_order_payload({*model::Identifier::parse("192.0.2.1")}) ==
          R"({"identifiers":[{"type":"ip","value":"192.0.2.1"}]})");
    CHECK(finalize_payload("AQID") == R"({"csr":"AQID"})");
}

}  // namespace md::acme
