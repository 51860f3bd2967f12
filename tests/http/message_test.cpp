// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include "support/catch.hpp"

using md::http::Headers;

TEST_CASE("header fields are found whatever their case, the first one first") {
    Headers headers;
    headers.add("Link", "<a>");
    headers.add("Replay-Nonce", "n");
    headers.add("LINK", "<b>");
    CHECK(headers.find("replay-nonce") == "n");
    CHECK(headers.find("link") == "<a>");
    CHECK(headers.all("link") == std::vector<std::string_view>{"<a>", "<b>"});
    CHECK_FALSE(headers.find("Lin"));
    CHECK_FALSE(headers.find("Links"));
    CHECK(headers.all("Location").empty());
}
