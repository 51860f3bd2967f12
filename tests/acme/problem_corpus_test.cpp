// SPDX-License-Identifier: Apache-2.0
#define LLVMFuzzerTestOneInput acme_problem_input
#include "../fuzz/acme_problem_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus breaks a promise about problem documents") {
    CHECK(md::test::run_corpus(acme_problem_input, {"tests/fuzz/corpus/acme_problem"}) >= 8);
}
