// SPDX-License-Identifier: Apache-2.0
// The corpus of the fuzzer, run by hand: every bad, good and found input through the same function.
#include "../fuzz/config_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus crashes the configuration") {
    CHECK(md::test::run_corpus(LLVMFuzzerTestOneInput,
                               {"tests/fuzz/corpus/config", "tests/config/bad", "config"}) > 100);
}
