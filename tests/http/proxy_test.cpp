// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace md;
using http::Proxy;

TEST_CASE("a proxy is an http URL without a path") {
    CHECK(Proxy("http://proxy.example:3128").name() == "http://proxy.example:3128");
    CHECK(Proxy("http://proxy.example").name() == "http://proxy.example:80");
    for (const char* text :
         {"", "proxy:3128", "https://proxy:3128", "http://proxy/path", "http://user:secret@:80"}) {
        CHECK_THROWS_AS(Proxy(text), base::Error);
        CHECK_THROWS_WITH(Proxy(text), !Catch::Contains("secret"));
    }
}

TEST_CASE("credentials become Basic authorization and stay out of the name") {
    Proxy proxy("http://Aladdin:open%20sesame@proxy:3128/");
    CHECK(proxy.authorization_line() ==
          "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n");
    CHECK(proxy.name() == "http://proxy:3128");
    CHECK(Proxy("http://user@proxy").authorization_line() ==
          "Proxy-Authorization: Basic dXNlcjo=\r\n");
    CHECK(Proxy("http://proxy").authorization_line() == "");
}

TEST_CASE("CONNECT names host and port, always both") {
    auto target = base::Url::parse("https://ca.example/dir");
    REQUIRE(target);
    CHECK(Proxy("http://a:b@proxy").connect_request(*target, "mdcertd/1") ==
          "CONNECT ca.example:443 HTTP/1.1\r\nHost: ca.example:443\r\nUser-Agent: mdcertd/1\r\n"
          "Proxy-Authorization: Basic YTpi\r\n\r\n");
}
