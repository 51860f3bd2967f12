// SPDX-License-Identifier: Apache-2.0
// Every tests/config/bad/*.conf starts with what is to be told of it, all of it:
//   # expect: LINE:COLUMN: SEVERITY: MESSAGE
//   # hint: HINT
#include "config/loading.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace md::config;

namespace {

struct Expected {
    Told told;
    Told hints;
};

Expected expected_of(const std::string& text) {
    Expected expected;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && line.starts_with("# ");) {
        if (line.starts_with("# expect: "))
            expected.told.push_back(line.substr(10));
        else if (line.starts_with("# hint: "))
            expected.hints.push_back(line.substr(8));
    }
    return expected;
}

}  // namespace

TEST_CASE("each bad configuration is told of as its first lines say") {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(MD_SOURCE_DIR "/tests/config/bad")) {
        std::string name = entry.path().filename().string();
        std::ifstream in(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        Expected expected = expected_of(text.str());
        INFO(name);
        REQUIRE_FALSE(expected.told.empty());
        Loaded loaded = load_from({{name, text.str()}}, name);
        CHECK(told(loaded) == expected.told);
        Told hints;
        for (const Diagnostic& diagnostic : loaded.diagnostics) {
            hints.push_back(diagnostic.hint);
            CHECK(diagnostic.file == name);
            CHECK(text.str().find(diagnostic.source_line) != std::string::npos);
        }
        CHECK(hints == expected.hints);
        ++count;
    }
    CHECK(count >= 80);
}
