// SPDX-License-Identifier: Apache-2.0
// The main function of every test program. Only errors are logged: what a test expects to go wrong
// would bury what it does not expect.
#include "base/log.hpp"

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

int main(int argc, char** argv) {
    md::log::set_level(md::log::Level::error);
    return Catch::Session().run(argc, argv);
}
