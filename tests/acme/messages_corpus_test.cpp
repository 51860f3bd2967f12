// SPDX-License-Identifier: Apache-2.0
#define LLVMFuzzerTestOneInput acme_messages_input
#include "../fuzz/acme_messages_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus breaks a promise about ACME messages") {
    CHECK(md::test::run_corpus(acme_messages_input, {"tests/fuzz/corpus/acme_messages"}) >= 20);
}
