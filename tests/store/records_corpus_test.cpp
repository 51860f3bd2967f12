// SPDX-License-Identifier: Apache-2.0
#define LLVMFuzzerTestOneInput store_records_input
#include "../fuzz/store_records_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus breaks a promise about the store's records") {
    CHECK(md::test::run_corpus(store_records_input, {"tests/fuzz/corpus/store_records"}) >= 14);
}
