// SPDX-License-Identifier: Apache-2.0
// A configuration written down in the test, loaded, and short ways to speak of what came out.
#pragma once

#include "config/config.hpp"
#include "support/catch.hpp"
#include "support/virtual_disk.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace md::config {

inline Loaded load_from(const test::VirtualDisk& disk, const std::string& file,
                        EnvironmentVariables variables = {},
                        std::vector<std::string> defines = {}) {
    Environment environment;
    environment.variables = std::move(variables);
    environment.defines = std::move(defines);
    return load(file, disk, environment);
}

// The text as /etc/mdcertd/mdcertd.conf, which is called "conf" in messages here.
inline Loaded load_text(const std::string& text) {
    return load_from({{"conf", text}}, "conf");
}

// All diagnostics as "line:column: severity: message".
inline std::vector<std::string> told(const Loaded& loaded) {
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
        std::string place;
        if (diagnostic.line > 0)
            place =
                std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + ": ";
        result.push_back(place + std::string(word(diagnostic.severity)) + ": " +
                         diagnostic.message);
    }
    return result;
}

// Of a text that must be without fault.
inline Loaded load_good(const std::string& text) {
    Loaded loaded = load_text(text);
    CHECK(told(loaded) == std::vector<std::string>{});
    return loaded;
}

inline std::vector<std::string> names_of(const model::ManagedDomain& domain) {
    std::vector<std::string> names;
    for (const model::Member& member : domain.members)
        names.push_back(member.name.text());
    return names;
}

// The settings of the one managed domain of a text of directives.
inline model::Settings settings_of(const std::string& directives) {
    Loaded loaded = load_good("ManagedDomain example.org\n" + directives + "\n");
    REQUIRE(loaded.desired.domains.size() == 1);
    return *loaded.desired.domains[0].settings;
}

inline model::ServerSettings server_of(const std::string& directives) {
    return load_good(directives + "\n").desired.server;
}

// What is told of a text with one fault, without its place.
inline std::string fault_of(const std::string& text) {
    Loaded loaded = load_text(text);
    INFO(text);
    REQUIRE(loaded.diagnostics.size() == 1);
    return loaded.diagnostics[0].message;
}

using Names = std::vector<std::string>;
using Told = std::vector<std::string>;

}  // namespace md::config
