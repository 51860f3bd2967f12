// SPDX-License-Identifier: Apache-2.0
// Any octets as a configuration: must be told of or understood. What is understood without error
// must be shown as configuration that is understood again. tests/config runs the corpus as a plain
// test, `tests/run.sh --fuzz` lets libFuzzer extend it.
#include "../support/virtual_disk.hpp"
#include "config/config.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    using namespace md::config;
    std::string text(reinterpret_cast<const char*>(octets), size);
    // "self" lets an input include itself, "part" something harmless.
    md::test::VirtualDisk disk{{"self", text}, {"part", "MDRenewWindow 5d\n"}};
    Environment environment;
    environment.variables = {{"SITE", "example.org"}};
    environment.defines = {"STAGING"};
    Loaded loaded = load("self", disk, environment);
    for (const Diagnostic& diagnostic : loaded.diagnostics)
        render(diagnostic);
    show_config_json(loaded);
    std::string shown = show_config_text(loaded);
    bool may_differ = shown.find("${") != std::string::npos;
    if (loaded.ok() && !may_differ &&
        !load("shown", md::test::VirtualDisk{{"shown", shown}}, {}).ok())
        std::abort();
    return 0;
}
