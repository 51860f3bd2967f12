// SPDX-License-Identifier: Apache-2.0
// mdcertd check: says everything that is wrong with the configuration, on stderr, and what it comes
// to, on stdout. Only reads the store, and asks no network unless --online wants it to look. Root
// sees it with the eyes of the account that the daemon has: that one reads it at each reload.
#include "commands/commands.hpp"
#include "commands/held_names.hpp"
#include "commands/online.hpp"
#include "config/disk_source.hpp"
#include "config/values.hpp"
#include "configuration.hpp"
#include "model/known_authorities.hpp"
#include "port_check.hpp"
#include "privileges.hpp"
#include "process/command_check.hpp"
#include "store_access.hpp"
#include "stored_state.hpp"

#include <algorithm>
#include <fcntl.h>
#include <iostream>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace md::commands {
namespace {

using config::Severity;

std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// A mistake in what a line says of the world outside of the configuration, with that line.
config::Diagnostic of_the_world(const std::vector<config::ValueOrigin>& origins,
                                std::string_view directive, std::string message, std::string hint) {
    config::Diagnostic diagnostic;
    diagnostic.message = (directive.empty() ? "" : std::string(directive) + ": ") + message;
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
    std::string reason = command.empty() ? "" : process::reason_not_runnable(command);
    if (!reason.empty())
        loaded.diagnostics.push_back(
            of_the_world(loaded.global_origins, directive, reason,
                         "write the path of a program that the account of mdcertd may run"));
}

bool may_read(const std::string& file) {
    return ::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0;
}

void check_ca_files(config::Loaded& loaded) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i) {
        const std::string& file = loaded.desired.domains[i].settings->common().ca_certificate_file;
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

void check_account(config::Loaded& loaded, const SystemUser& account) {
    if (account.mistake)
        loaded.diagnostics.push_back(of_the_world(loaded.global_origins, account.mistake->directive,
                                                  account.mistake->message, account.mistake->hint));
}

void check_store(config::Loaded& loaded) {
    const SystemUser account = system_user_of(loaded.desired.server);
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

// What holds at the line of the first of them.
config::Diagnostic doubt(const model::Origin& at, std::string message, std::string hint) {
    config::Diagnostic diagnostic = of_the_world({{"", config::OriginKind::global, at}}, "",
                                                 std::move(message), std::move(hint));
    diagnostic.severity = Severity::warning;
    return diagnostic;
}

const config::ValueOrigin* origin_of(const config::Loaded& loaded, std::size_t domain,
                                     std::string_view directive) {
    for (const auto* origins : {&loaded.domain_origins[domain].values, &loaded.global_origins})
        for (const config::ValueOrigin& origin : *origins)
            if (origin.directive == directive)
                return &origin;
    return nullptr;
}

// An account that there is already is not asked again: it is no error.
void check_agreement(config::Loaded& loaded) {
    const model::ManagedDomain* first = nullptr;
    std::size_t count = 0;
    for (const model::ManagedDomain& domain : loaded.desired.domains)
        if (domain.driven() && domain.settings->common().agreement.empty() && ++count == 1)
            first = &domain;
    if (first == nullptr)
        return;
    std::string who = "'" + first->name() + "'";
    if (count > 1)
        who += " and " + counted(count - 1, "more managed domain");
    loaded.diagnostics.push_back(doubt(
        first->origin, "no MDCertificateAgreement for " + who,
        "most CAs open no account without: write MDCertificateAgreement accepted when you agree"));
}

bool is_loopback(std::string_view url) {
    const std::string_view rest = url.substr(url.find("://") + 3);
    if (rest.starts_with("[::1]"))
        return true;
    const std::string_view host = rest.substr(0, rest.find_first_of(":/?"));
    return config::same_word(host, "localhost") ||
           (host.starts_with("127.") && config::is_ip_address(host));
}

void check_directories(config::Loaded& loaded) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i) {
        const std::string url = loaded.desired.domains[i].settings->common().directory_url;
        const config::ValueOrigin* at = origin_of(loaded, i, "MDCertificateAuthority");
        if (!url.starts_with("http://") || is_loopback(url) || !seen.insert(url).second ||
            at == nullptr)
            continue;
        loaded.diagnostics.push_back(
            doubt(at->at, "the CA is spoken to without TLS: anybody on the way can answer for it",
                  "write its https:// URL"));
    }
}

// An account that is there already needs no binding.
void check_bindings(config::Loaded& loaded) {
    std::set<const model::KnownAuthority*> seen;
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i) {
        const model::Issuer& issuer = loaded.desired.domains[i].settings->common();
        const model::KnownAuthority* known = model::authority_at(issuer.directory_url);
        const config::ValueOrigin* at = origin_of(loaded, i, "MDCertificateAuthority");
        if (known == nullptr || !known->binds || !issuer.binding_file.empty() || issuer.binding ||
            at == nullptr || !seen.insert(known).second)
            continue;
        loaded.diagnostics.push_back(
            doubt(at->at,
                  std::string(known->name) +
                      " gives certificates to accounts that are bound to one of its own (EAB)",
                  "write MDExternalAccountBinding, unless the store has such an account already"));
    }
}

bool holds_secret(const config::Loaded& loaded, std::size_t domain, std::string_view directive) {
    const model::Settings& settings = *loaded.desired.domains[domain].settings;
    if (directive == "MDHttpProxy")
        return settings.common().http_proxy.find('@') != std::string::npos;
    return settings.common().binding.has_value();
}

// Where the secret stands: the file of the line, or the one that it names.
std::string file_of_secret(const config::Loaded& loaded, std::size_t domain,
                           std::string_view directive, const config::ValueOrigin& at) {
    const std::string& named = loaded.desired.domains[domain].settings->common().binding_file;
    return directive == "MDHttpProxy" || named.empty() ? *at.at.file : named;
}

void check_secrets(config::Loaded& loaded) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i) {
        for (std::string_view directive : {"MDHttpProxy", "MDExternalAccountBinding"}) {
            const config::ValueOrigin* at = origin_of(loaded, i, directive);
            if (at == nullptr || !holds_secret(loaded, i, directive))
                continue;
            struct stat status {};
            const std::string file = file_of_secret(loaded, i, directive, *at);
            const bool is_open = ::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IROTH);
            if (is_open && seen.insert(file).second)
                loaded.diagnostics.push_back(
                    doubt(at->at, "everybody on this machine can read the secret in " + file,
                          "chmod o= " + file + ", and give it to the group of mdcertd"));
        }
    }
}

void check_world(config::Loaded& loaded) {
    check_store(loaded);
    check_agreement(loaded);
    check_directories(loaded);
    check_bindings(loaded);
    check_secrets(loaded);
    check_command(loaded, "MDNotifyCmd", loaded.desired.server.notify_command);
    check_command(loaded, "MDMessageCmd", loaded.desired.server.message_command);
    check_ca_files(loaded);
}

void check_ports(config::Loaded& loaded, const SystemUser& account) {
    for (PortMistake& mistake : port_mistakes(loaded.desired, account)) {
        loaded.diagnostics.push_back(of_the_world(loaded.global_origins, "MDPortMap",
                                                  std::move(mistake.message),
                                                  std::move(mistake.hint)));
        loaded.diagnostics.back().severity = Severity::warning;
    }
}

// What root does not meet itself is said of the account.
void name_account(config::Loaded& seen, const config::Loaded& by_root, const SystemUser& account) {
    for (config::Diagnostic& diagnostic : seen.diagnostics)
        if (std::find(by_root.diagnostics.begin(), by_root.diagnostics.end(), diagnostic) ==
            by_root.diagnostics.end())
            diagnostic.message += ", for user " + account.name;
}

// A folder that may not be listed is empty to IncludeOptional, which is no mistake to the reader.
void compare(config::Loaded& seen, const config::Loaded& by_root, const SystemUser& account,
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
    const SystemUser account = system_user_of(loaded.desired.server);
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

// "2 errors, 1 stopped, 3 warnings"; fine is what there is nothing to say of.
std::string verdict(const config::Loaded& loaded) {
    std::string text;
    auto add = [&](std::size_t count, const std::string& words) {
        if (count > 0)
            text += (text.empty() ? "" : ", ") + words;
    };
    const std::size_t errors = loaded.count(Severity::error);
    const std::size_t stopped = loaded.count(Severity::stopped);
    const std::size_t warnings = loaded.count(Severity::warning);
    add(errors, counted(errors, "error"));
    add(stopped, std::to_string(stopped) + " stopped");
    add(warnings, counted(warnings, "warning"));
    return text.empty() ? "fine" : text;
}

std::string why_not_driven(const model::ManagedDomain& domain) {
    if (!domain.stopped.empty())
        return "stopped, " + domain.stopped;
    if (domain.is_static())
        return "static, its certificate is " + domain.settings->certificate_files.front();
    if (domain.settings->drive_mode == model::DriveMode::manual)
        return "MDDriveMode is manual";
    return "no virtual host has one of its names";
}

void print_domain(const config::Loaded& loaded, std::size_t index) {
    const model::ManagedDomain& domain = loaded.desired.domains[index];
    std::cout << "  " << domain.name();
    if (domain.members.size() > 1)
        std::cout << " and " << counted(domain.members.size() - 1, "more name");
    if (!domain.driven())
        std::cout << ": not driven, " << why_not_driven(domain);
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
    const std::size_t errors = loaded.count(Severity::error);
    const bool is_sound = errors + loaded.count(Severity::stopped) == 0;
    std::cout << line.config_file << ": " << verdict(loaded) << ", "
              << counted(loaded.desired.domains.size(), "managed domain") << "\n"
              << "the store is " << place_of_store(loaded.desired.server) << "\n";
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i)
        print_domain(loaded, i);
    print_skipped(loaded, line.verbose);
    if (line.online && errors == 0)
        look_online(loaded, line);
    return is_sound ? 0 : 1;
}

}  // namespace md::commands
