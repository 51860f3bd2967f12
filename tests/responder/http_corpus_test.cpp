// SPDX-License-Identifier: Apache-2.0
#define LLVMFuzzerTestOneInput responder_http_input
#include "../fuzz/responder_http_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus breaks a promise about requests") {
    CHECK(md::test::run_corpus(responder_http_input, {"tests/fuzz/corpus/responder_http"}) >= 25);
}
