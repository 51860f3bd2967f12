// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "acme/revoke.hpp"
#include "admin/snippet.hpp"
#include "commands/commands.hpp"
#include "config/spelling.hpp"
#include "configuration.hpp"
#include "import/clients.hpp"
#include "signals.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <string_view>
#include <sysexits.h>
#include <unistd.h>

namespace md {
namespace {

using commands::CommandLine;

struct Subcommand {
    const char* name;
    const char* description;
    int (*body)(const CommandLine&);
    bool takes_json, takes_verbose;
    enum {
        no_names,
        some_names,
        names_with_online,
        at_least_one,
        server_and_names,
        client_and_directory
    } names;
};

constexpr Subcommand subcommands[] = {
    {"run", "Keep the certificates valid, in the foreground", commands::run, false, false,
     Subcommand::no_names},
    {"once", "Do all that is due, notify, and end", commands::once, false, false,
     Subcommand::no_names},
    {"check", "Check the configuration and say everything that is wrong with it", commands::check,
     false, true, Subcommand::names_with_online},
    {"show-config", "Print every setting and where it comes from", commands::show_config, true,
     false, Subcommand::no_names},
    {"status", "Tell the state of the managed domains", commands::status, true, false,
     Subcommand::some_names},
    {"log", "Tell what happened to these managed domains", commands::log, true, false,
     Subcommand::at_least_one},
    {"reload", "Have the running daemon read its configuration anew", commands::reload, false,
     false, Subcommand::no_names},
    {"renew", "Renew these managed domains now", commands::renew, false, false,
     Subcommand::at_least_one},
    {"revoke", "Obtain another certificate, and revoke the present one", commands::revoke, false,
     false, Subcommand::some_names},
    {"forget", "Archive certificates that are configured no more", commands::forget, false, false,
     Subcommand::at_least_one},
    {"snippet", "Print what @ needs in its configuration", commands::snippet, false, false,
     Subcommand::server_and_names},
    {"import", "Take over what @ keep", commands::import_tree, false, false,
     Subcommand::client_and_directory},
};

// "@" in it stands for the words that the first argument can be.
std::string description_of(const Subcommand& entry) {
    std::string text = entry.description;
    if (const auto place = text.find('@'); place != std::string::npos)
        text.replace(place, 1,
                     entry.names == Subcommand::server_and_names ? admin::front_servers()
                                                                 : import::client_words());
    return text;
}

void add_import(CLI::App& command, CommandLine& line) {
    command.add_option("CLIENT", line.client, import::client_words())->required();
    command.add_option("DIR", line.directory, "Where that client keeps its files")->required();
    command.add_option("--output", line.output,
                       "Configuration file to write; default: imported-CLIENT.conf in conf.d");
    command
        .add_option("--ca", line.authorities,
                    "Directory URL of a CA, for clients that keep none (lego, uacme)")
        ->allow_extra_args(false);
}

void add_revoke(CLI::App& command, CommandLine& line) {
    command.add_option("--reason", line.reason, acme::revocation_reasons());
    command.add_flag("--no-replacement", line.no_replacement,
                     "Revoke it without obtaining another one first");
    command.add_option("--cert", line.certificate_file, "A certificate in a file, instead of NAME");
    command.add_option("--key", line.key_file, "Its private key, to revoke it without an account");
    command.add_option("--ca", line.authorities, "The CA that gave it, by URL or name")
        ->allow_extra_args(false);
}

// Before the command or after it.
void add_common(CLI::App& app, CommandLine& line) {
    app.add_option("-c,--config", line.config_file, "Configuration file")->capture_default_str();
    app.add_option("-D,--define", line.defines, "Define a name for <IfDefine>")
        ->allow_extra_args(false);
}

CLI::App* add(CLI::App& app, const Subcommand& entry, CommandLine& line) {
    CLI::App* command = app.add_subcommand(entry.name, description_of(entry));
    add_common(*command, line);
    if (entry.takes_json)
        command->add_flag("--json", line.json, "Print JSON");
    if (entry.takes_verbose)
        command->add_flag("-v,--verbose", line.verbose, "Name every skipped directive");
    if (entry.names == Subcommand::server_and_names)
        command
            ->add_option("SERVER", line.server,
                         admin::front_servers() + "; SERVER=FILE with that configuration file")
            ->required();
    if (entry.names == Subcommand::client_and_directory)
        add_import(*command, line);
    if (entry.body == commands::status)
        command->add_flag("--failing", line.failing,
                          "Only those in trouble; exit status 1 when there are any");
    if (entry.body == commands::revoke)
        add_revoke(*command, line);
    CLI::Option* online = nullptr;
    if (entry.names == Subcommand::names_with_online)
        online =
            command->add_flag("--online", line.online,
                              "Look at the CA, the ports, the names and their CAA records, too");
    if (entry.names == Subcommand::no_names || entry.names == Subcommand::client_and_directory)
        return command;
    auto* names = command->add_option("NAME", line.names, "Managed domain, by any of its names");
    if (online != nullptr)
        names->needs(online);
    else
        names->required(entry.names != Subcommand::some_names);
    return command;
}

std::string advice_for(const std::exception& error) {
    auto* system = dynamic_cast<const base::SystemError*>(&error);
    bool is_denied = system != nullptr && (system->number() == EACCES || system->number() == EPERM);
    return is_denied && ::geteuid() != 0 ? ": run it as root, for instance with sudo" : "";
}

// sysexits.h: a configuration error. The unit does not start the daemon again then.
int status_for(const Subcommand& entry, const std::exception& error) {
    bool is_misconfigured = dynamic_cast<const Misconfigured*>(&error) != nullptr;
    return is_misconfigured && entry.body == commands::run ? EX_CONFIG : 1;
}

int run_guarded(const Subcommand& entry, const CommandLine& line) {
    if (entry.body != commands::run)
        release_hangups();
    try {
        return entry.body(line);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "mdcertd %s: %s%s\n", entry.name, error.what(),
                     advice_for(error).c_str());
        return status_for(entry, error);
    }
}

std::string meant(const std::string& word, const std::vector<std::string_view>& candidates) {
    auto found = config::closest(word, candidates, 2);
    return found ? ": did you mean '" + std::string(*found) + "'?" : "";
}

// The first word that is no option and no value of one; "" when there is none.
std::string command_word(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "-c" || word == "--config" || word == "-D" || word == "--define")
            ++i;
        else if (!word.starts_with('-'))
            return std::string(word);
    }
    return {};
}

// What is wrong with the command line in words of ours; "" when CLI11's will do.
std::string misspelt(CLI::App& app, int argc, char** argv) {
    const std::string command = command_word(argc, argv);
    std::vector<std::string_view> names;
    for (const Subcommand& entry : subcommands)
        names.push_back(entry.name);
    bool is_known = std::find(names.begin(), names.end(), command) != names.end();
    if (!command.empty() && !is_known)
        return "there is no command '" + command + "'" + meant(command, names);
    if (command.empty())
        return {};
    std::vector<std::string> options;
    for (const CLI::Option* option : app.get_subcommand(command)->get_options())
        for (const std::string& name : option->get_lnames())
            options.push_back("--" + name);
    for (int i = 1; i < argc; ++i) {
        const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
        if (word.starts_with("--") && word.size() > 2 &&
            std::find(options.begin(), options.end(), word) == options.end())
            return command + " has no option " + word +
                   meant(word, {options.begin(), options.end()});
    }
    return {};
}

int refuse(CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
    if (error.get_exit_code() == 0)
        return app.exit(error);  // --help, --version
    const std::string text = misspelt(app, argc, argv);
    if (text.empty())
        app.exit(error);
    else
        std::fprintf(stderr, "mdcertd: %s\nRun with --help for more information.\n", text.c_str());
    return 2;
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app(
        "mdcertd keeps TLS certificates valid: it obtains and renews them from an ACME CA,\n"
        "stores them, and tells the web server.");
    app.set_version_flag("-V,--version", "mdcertd " MDCERTD_VERSION);
    app.require_subcommand(1);
    CommandLine line;
    add_common(app, line);
    for (const Subcommand& entry : subcommands)
        add(app, entry, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return refuse(app, error, argc, argv);
    }
    for (const Subcommand& entry : subcommands)
        if (app.got_subcommand(entry.name))
            return run_guarded(entry, line);
    return 2;
}

}  // namespace md
