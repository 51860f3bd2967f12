// SPDX-License-Identifier: Apache-2.0
#include "base/printable.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace md::base;

TEST_CASE("what people write stays as it is") {
    for (std::string_view text : {"", "plain", "a \"quoted\" \\ one", "größer", "日本語", "🔒"})
        CHECK(printable(text) == text);
}

TEST_CASE("what steers a terminal or breaks a line is masked") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"a\nb\r\tc", "a b  c"},
        {"\x1b[31mred", "?[31mred"},
        {std::string("nul\0!", 5), "nul?!"},
        {"del\x7f", "del?"},
        {"c1 \xc2\x9b", "c1 ??"},
        {"raw csi \x9b", "raw csi ?"},
        {"line \xe2\x80\xa8 separator", "line ??? separator"},
        {"override \xe2\x80\xae", "override ???"},
        {"isolate \xe2\x81\xa6", "isolate ???"},
        {"mark \xef\xbb\xbf", "mark ???"},
    };
    for (const auto& [text, expected] : table)
        CHECK(printable(text) == expected);
}

TEST_CASE("what is not UTF-8 is masked octet by octet") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"\xff", "?"},
        {"cut \xe2\x82", "cut ??"},
        {"overlong \xc0\xaf", "overlong ??"},
        {"overlong \xe0\x80\xaf", "overlong ???"},
        {"overlong \xf0\x80\x80\xaf", "overlong ????"},
        {"surrogate \xed\xa0\x80", "surrogate ???"},
        {"beyond \xf4\x90\x80\x80", "beyond ????"},
        {"\xc3"
         "A",
         "?A"},
    };
    for (const auto& [text, expected] : table)
        CHECK(printable(text) == expected);
}

TEST_CASE("a masked text is printable itself") {
    std::string all;
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; second += 3)
            (all += static_cast<char>(first)) += static_cast<char>(second);
    std::string masked = printable(all);
    CHECK(printable(masked) == masked);
}
