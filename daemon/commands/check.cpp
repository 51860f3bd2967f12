// SPDX-License-Identifier: Apache-2.0
// mdcertd check: says everything that is wrong with the configuration, on stderr, and what it comes
// to, on stdout. Only reads the store, and asks no network unless --online wants it to look. Root
// sees it with the eyes of the account that the daemon has: that one reads it at each reload.
#include "commands/commands.hpp"
#include "commands/held_names.hpp"
#include "commands/online.hpp"
#include "config/disk_source.hpp"
#include "configuration.hpp"
#include "notify/hook_runner.hpp"
#include "port_check.hpp"
#include "privileges.hpp"
#include "store_access.hpp"
#include "stored_state.hpp"

#include <algorithm>
#include <fcntl.h>
#include <iostream>
#include <set>
#include <sstream>
#include <unistd.h>

namespace md::commands {
namespace {

using config::Severity;

std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::size_t count_of(const config::Loaded& loaded, Severity severity) {
    std::size_t count = 0;
    for (const config::Diagnostic& diagnostic : loaded.diagnostics)
        count += diagnostic.severity == severity ? 1 : 0;
    return count;
}

// A mistake in what a line says of the world outside of the configuration, with that line.
config::Diagnostic of_the_world(const std::vector<config::ValueOrigin>& origins,
                                std::string_view directive, std::string message, std::string hint) {
    config::Diagnostic diagnostic;
    diagnostic.message = std::string(directive) + ": " + std::move(message);
    diagnostic.hint = std::move(hint);
    for (const config::ValueOrigin& origin : origins) {
        if (origin.directive != directive)
            continue;
        diagnostic.file = *origin.at.file;
        diagnostic.line = origin.at.line;
        std::istringstream text(config::DiskSource{}.read(*origin.at.file).text);
        for (unsigned line = 0; line < origin.at.line; ++line)
            std::getline(text, diagnostic.source_line);
        auto start = diagnostic.source_line.find_first_not_of(" \t");
        diagnostic.column = static_cast<unsigned>(start == std::string::npos ? 1 : start + 1);
        diagnostic.caret = diagnostic.column;
    }
    return diagnostic;
}

void check_command(config::Loaded& loaded, std::string_view directive,
                   const std::vector<std::string>& command) {
    std::string obstacle = command.empty() ? "" : notify::command_obstacle(command);
    if (!obstacle.empty())
        loaded.diagnostics.push_back(
            of_the_world(loaded.global_origins, directive, obstacle,
                         "write the path of a program that the account of mdcertd may run"));
}

bool may_read(const std::string& file) {
    return ::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0;
}

void check_ca_files(config::Loaded& loaded) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i) {
        const std::string& file = loaded.desired.domains[i].settings->ca_certificate_file;
        if (file.empty() || !seen.insert(file).second || may_read(file))
            continue;
        std::vector<config::ValueOrigin> origins = loaded.global_origins;
        const std::vector<config::ValueOrigin>& own = loaded.domain_origins[i].values;
        origins.insert(origins.end(), own.begin(), own.end());
        loaded.diagnostics.push_back(of_the_world(origins, "MDCACertificateFile",
                                                  "cannot read " + file,
                                                  "it holds the roots of the CA, in PEM form"));
    }
}

void check_account(config::Loaded& loaded, const Account& account) {
    if (account.mistake)
        loaded.diagnostics.push_back(of_the_world(loaded.global_origins, account.mistake->directive,
                                                  account.mistake->message, account.mistake->hint));
}

void check_store(config::Loaded& loaded) {
    const Account account = account_of(loaded.desired.server);
    if (!may_judge_store(account))
        return;
    for (const StoreProblem& problem : store_problems(loaded.desired, account)) {
        loaded.diagnostics.push_back(
            of_the_world(loaded.global_origins, "MDStoreDir", problem.message, problem.hint));
        if (loaded.diagnostics.back().file.empty())  // the directory is the default one
            loaded.diagnostics.back().file = loaded.desired.server.store_dir;
        if (!problem.is_fatal)
            loaded.diagnostics.back().severity = Severity::warning;
    }
}

void check_world(config::Loaded& loaded) {
    check_store(loaded);
    check_command(loaded, "MDNotifyCmd", loaded.desired.server.notify_command);
    check_command(loaded, "MDMessageCmd", loaded.desired.server.message_command);
    check_ca_files(loaded);
}

void check_ports(config::Loaded& loaded, const Account& account) {
    for (PortMistake& mistake : port_mistakes(loaded.desired, account)) {
        loaded.diagnostics.push_back(of_the_world(loaded.global_origins, "MDPortMap",
                                                  std::move(mistake.message),
                                                  std::move(mistake.hint)));
        loaded.diagnostics.back().severity = Severity::warning;
    }
}

// What root does not meet itself is said of the account.
void name_account(config::Loaded& seen, const config::Loaded& by_root, const Account& account) {
    for (config::Diagnostic& diagnostic : seen.diagnostics)
        if (std::find(by_root.diagnostics.begin(), by_root.diagnostics.end(), diagnostic) ==
            by_root.diagnostics.end())
            diagnostic.message += ", for user " + account.name;
}

// A folder that may not be listed is empty to IncludeOptional, which is no mistake to the reader.
void compare(config::Loaded& seen, const config::Loaded& by_root, const Account& account,
             const std::string& file) {
    const model::DesiredState &one = seen.desired, &other = by_root.desired;
    bool same = std::equal(
        one.domains.begin(), one.domains.end(), other.domains.begin(), other.domains.end(),
        [](const auto& a, const auto& b) { return a.used == b.used && !a.differs_from(b); });
    if (!seen.ok() || (one.server == other.server && same))
        return;
    config::Diagnostic diagnostic;
    diagnostic.file = file;
    diagnostic.message = "user " + account.name + " does not see all that root sees";
    diagnostic.hint = "let that user look into the folders that are included";
    seen.diagnostics.push_back(std::move(diagnostic));
}

config::Loaded load_and_look(const CommandLine& line) {
    config::Loaded loaded = load_configuration(line);
    const Account account = account_of(loaded.desired.server);
    check_world(loaded);
    check_ports(loaded, account);
    if (::geteuid() == 0 && account.identity) {
        const ActingAs acting(account.identity);
        config::Loaded seen = load_configuration(line);
        check_world(seen);
        check_ports(seen, account);
        name_account(seen, loaded, account);
        compare(seen, loaded, account, line.config_file);
        return seen;
    }
    check_account(loaded, account);
    return loaded;
}

// A store that cannot be read is no matter of the configuration.
void look_at_held_names(config::Loaded& loaded) {
    if (!loaded.ok())
        return;
    try {
        for (config::Diagnostic& told :
             names_left_out(loaded.desired, stored_state(loaded.desired)))
            loaded.diagnostics.push_back(std::move(told));
    } catch (const std::exception&) {
    }
}

void print_domain(const config::Loaded& loaded, std::size_t index) {
    const model::ManagedDomain& domain = loaded.desired.domains[index];
    std::cout << "  " << domain.name();
    if (domain.members.size() > 1)
        std::cout << " and " << counted(domain.members.size() - 1, "more name");
    if (!domain.driven()) {
        bool is_manual = domain.settings->drive_mode == model::DriveMode::manual;
        std::cout << ": not driven, "
                  << (is_manual ? "MDDriveMode is manual" : "no virtual host has one of its names");
    }
    std::cout << "\n";
    const std::size_t own_line = domain.origin.line;
    for (const model::Member& member : domain.members)
        if (member.origin.line != own_line || member.origin.file != domain.origin.file)
            std::cout << "    " << member.name.text() << " from " << member.origin.text() << "\n";
}

void print_skipped(const config::Loaded& loaded, bool verbose) {
    if (loaded.skipped_count == 0)
        return;
    std::cout << counted(loaded.skipped_count, "directive") << " of httpd passed over"
              << (verbose ? ":" : " (check -v names them)") << "\n";
    if (!verbose)
        return;
    for (const config::SkippedDirective& skipped : loaded.skipped)
        std::cout << "  " << skipped.origin.text() << ": " << skipped.name << "\n";
    if (loaded.skipped_count > loaded.skipped.size())
        std::cout << "  and " << loaded.skipped_count - loaded.skipped.size() << " more\n";
}

}  // namespace

int check(const CommandLine& line) {
    config::Loaded loaded = load_and_look(line);
    look_at_held_names(loaded);
    print_diagnostics(loaded);
    std::size_t errors = count_of(loaded, Severity::error);
    std::size_t warnings = count_of(loaded, Severity::warning);
    std::cout << line.config_file << ": " << (errors == 0 ? "fine" : counted(errors, "error"));
    if (warnings > 0)
        std::cout << ", " << counted(warnings, "warning");
    std::cout << ", " << counted(loaded.desired.domains.size(), "managed domain") << "\n";
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i)
        print_domain(loaded, i);
    print_skipped(loaded, line.verbose);
    if (line.online && errors == 0)
        look_online(loaded, line);
    return errors == 0 ? 0 : 1;
}

}  // namespace md::commands
