// SPDX-License-Identifier: Apache-2.0
#define LLVMFuzzerTestOneInput acme_retry_after_input
#include "../fuzz/acme_retry_after_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus breaks a promise about Retry-After") {
    CHECK(md::test::run_corpus(acme_retry_after_input, {"tests/fuzz/corpus/acme_retry_after"}) >=
          16);
}
