// SPDX-License-Identifier: Apache-2.0
#define LLVMFuzzerTestOneInput server_proxy_header_input
#include "../fuzz/server_proxy_header_fuzzer.cpp"
#include "support/corpus.hpp"

TEST_CASE("no input of the corpus breaks a promise about PROXY headers") {
    CHECK(md::test::run_corpus(server_proxy_header_input,
                               {"tests/fuzz/corpus/server_proxy_header"}) >= 9);
}
