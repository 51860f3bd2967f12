// SPDX-License-Identifier: Apache-2.0
// The corpus of the fuzzer, run by hand: every bad, good and found input through the same function.
#include "../fuzz/config_fuzzer.cpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

TEST_CASE("no input of the corpus crashes the configuration") {
    std::size_t count = 0;
    for (const char* folder : {"/tests/fuzz/corpus/config", "/tests/config/bad", "/config"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(std::string(MD_SOURCE_DIR) + folder)) {
            if (!entry.is_regular_file())
                continue;
            std::ifstream in(entry.path(), std::ios::binary);
            std::ostringstream text;
            text << in.rdbuf();
            INFO(entry.path());
            std::string octets = text.str();
            CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(octets.data()),
                                         octets.size()) == 0);
            ++count;
        }
    }
    CHECK(count > 100);
}
