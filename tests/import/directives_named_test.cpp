// SPDX-License-Identifier: Apache-2.0
// Whoever follows an advice of ours must not be sent to a directive that we refuse.
#include "config/schema.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <regex>
#include <set>

using namespace md;
using namespace md::test;

namespace {

// The words that begin as a directive, in what stands between quotes.
std::set<std::string> named_in(const fs::path& source) {
    static const std::regex quoted(R"re("(?:[^"\\\n]|\\.)*")re"), directive(R"(\bMD[A-Z]\w*)");
    const std::string text = read_file(source);
    std::set<std::string> names;
    for (std::sregex_iterator part(text.begin(), text.end(), quoted), end; part != end; ++part) {
        const std::string line = part->str();
        for (std::sregex_iterator word(line.begin(), line.end(), directive); word != end; ++word)
            names.insert(word->str());
    }
    return names;
}

}  // namespace

TEST_CASE("every directive that a message names is one of ours") {
    std::set<std::string> all;
    for (const char* room :
         {"lib/import", "lib/admin", "lib/drive", "lib/acme", "lib/notify", "daemon"})
        for (const auto& file : fs::recursive_directory_iterator(fs::path(MD_SOURCE_DIR) / room))
            for (const std::string& name : named_in(file.path())) {
                INFO(file.path() << ": " << name);
                CHECK(config::find_directive(name) != nullptr);
                all.insert(name);
            }
    CHECK(all.size() > 15);
}
