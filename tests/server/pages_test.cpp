// SPDX-License-Identifier: Apache-2.0
// Which page is shown to whom.
#include "server/pages.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <string>

using namespace md::server;

namespace {

const Hosts this_machine{"localhost", "127.0.0.1", "::1"};

std::optional<ServedPage> page_for(std::string_view path, std::string_view query) {
    if (path != "/page")
        return std::nullopt;
    return ServedPage{"text/plain",
                      std::make_shared<const std::string>("asked " + std::string(query))};
}

Response asked(std::string_view host, std::string_view target = "/page",
               std::string_view method = "GET", const Hosts& hosts = this_machine) {
    AskedPage asked = asked_page({false, method, target, host}, hosts);
    return asked.refusal ? std::move(*asked.refusal)
                         : respond_with_page(page_for(asked.path, asked.query));
}

std::string field(const Response& answer, std::string_view name) {
    auto found = std::find_if(answer.headers.begin(), answer.headers.end(),
                              [name](const auto& header) { return header.first == name; });
    return found == answer.headers.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("a page is shown as it was made, to GET and HEAD") {
    for (const char* method : {"GET", "HEAD"}) {
        Response answer = asked("localhost:9180", "/page?a=b", method);
        CHECK(answer.status == 200);
        CHECK(answer.content_type == "text/plain");
        CHECK(answer.body == "asked ?a=b");
    }
    CHECK(asked("localhost", "/none").status == 404);
    Response posted = asked("localhost", "/page", "POST");
    CHECK(posted.status == 405);
    CHECK(field(posted, "Allow") == "GET, HEAD");
}

TEST_CASE("a page is shown under the names of this machine only") {
    for (const char* host : {"localhost", "LOCALHOST:9180", "127.0.0.1", "127.0.0.1:9180",
                             "[::1]:9180", "localhost.", ""})
        CHECK(asked(host).status == 200);
    for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                             "192.0.2.1:9180", "0.0.0.0", "[::]", "xn--localhost"})
        CHECK(asked(host).status == 421);
    CHECK(asked("a b").status == 400);
    // The target's host beats the field's, whichever of them is the stranger's.
    CHECK(asked("localhost", "http://evil.example/page").status == 421);
    CHECK(asked("evil.example", "http://localhost/page").status == 200);
    CHECK(asked("evil.example", "/page", "GET", {}).status == 200);
}

TEST_CASE("no answer is kept, framed, guessed at or lets anything be loaded") {
    for (const char* target : {"/page", "/none", "bad"}) {
        Response answer = asked("localhost", target);
        CHECK(field(answer, "Cache-Control") == "no-store");
        CHECK(field(answer, "X-Content-Type-Options") == "nosniff");
        CHECK(field(answer, "Content-Security-Policy").starts_with("default-src 'none'; "));
    }
}
