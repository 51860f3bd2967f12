// SPDX-License-Identifier: Apache-2.0
#include "configuration.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "config/disk_source.hpp"
#include "progress.hpp"
#include "system_user.hpp"

#include <algorithm>
#include <cstdio>
#include <pwd.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace md {
namespace {

// A file that is included twice, or a line that counts for several domains, has its mistake once.
void drop_repeated(std::vector<config::Diagnostic>& diagnostics) {
    std::vector<config::Diagnostic> told;
    for (config::Diagnostic& diagnostic : diagnostics)
        if (std::find(told.begin(), told.end(), diagnostic) == told.end())
            told.push_back(std::move(diagnostic));
    diagnostics = std::move(told);
}

config::EnvironmentVariables environment_variables() {
    config::EnvironmentVariables variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t end = text.find('=');
        if (end != std::string_view::npos)
            variables.emplace(text.substr(0, end), text.substr(end + 1));
    }
    return variables;
}

}  // namespace

config::Loaded load_configuration(const commands::CommandLine& line) {
    config::Environment environment;
    environment.variables = environment_variables();
    environment.defines = line.defines;
    config::Loaded loaded = config::load(line.config_file, config::DiskSource(), environment);
    drop_repeated(loaded.diagnostics);
    return loaded;
}

void print_diagnostics(const config::Loaded& loaded) {
    for (const config::Diagnostic& diagnostic : loaded.diagnostics)
        std::fputs(config::render(diagnostic).c_str(), stderr);
}

void log_warnings(const config::Loaded& loaded) {
    for (const config::Diagnostic& diagnostic : loaded.diagnostics)
        if (diagnostic.severity != config::Severity::error)
            log::warn(
                "configuration",
                log::kv("at", diagnostic.file + ":" + std::to_string(diagnostic.line)),
                log::kv("reason",
                        (diagnostic.severity == config::Severity::stopped ? "stopped: " : "") +
                            diagnostic.message));
}

std::string place_of_store(const model::ServerSettings& server) {
    std::string user = "root";
    if (const uid_t own = ::geteuid(); own != 0) {
        const passwd* known = ::getpwuid(own);
        user = known == nullptr ? "#" + std::to_string(own) : known->pw_name;
    } else if (const SystemUser account = system_user_of(server); account.identity) {
        user = account.name;
    }
    return server.store_dir + ", as user " + user;
}

void log_place(const std::string& place, model::LogLevel level) {
    log::set_level(log::Level::info);
    log::info("mdcertd starts", log::kv("store", place));
    set_log_level(level);
}

config::Loaded require_configuration(const commands::CommandLine& line) {
    config::Loaded loaded = load_configuration(line);
    require_sound(loaded, line);
    return loaded;
}

void require_sound(const config::Loaded& loaded, const commands::CommandLine& line) {
    if (loaded.ok())
        return;
    print_diagnostics(loaded);
    throw Misconfigured("the configuration " + line.config_file +
                        " has errors; 'mdcertd check' lists them");
}

}  // namespace md
