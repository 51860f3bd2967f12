// SPDX-License-Identifier: Apache-2.0
#define LLVMFuzzerTestOneInput responder_client_hello_input
#include "../fuzz/responder_client_hello_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus breaks a promise about ClientHellos") {
    CHECK(md::test::run_corpus(responder_client_hello_input,
                               {"tests/fuzz/corpus/responder_client_hello"}) >= 18);
}
