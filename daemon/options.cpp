// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>

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
    {"renew", "Renew these managed domains now", commands::renew, false, false,
     Subcommand::at_least_one},
    {"snippet", "Print what nginx, httpd or haproxy needs in its configuration", commands::snippet,
     false, false, Subcommand::server_and_names},
    {"import", "Take over what certbot, mod_md, lego, acme.sh or uacme keep", commands::import_tree,
     false, false, Subcommand::client_and_directory},
};

void add_import(CLI::App& command, CommandLine& line) {
    command.add_option("CLIENT", line.client, "certbot, mod_md, lego, acme.sh or uacme")
        ->required();
    command.add_option("DIR", line.directory, "Where that client keeps its files")->required();
    command.add_option("--output", line.output,
                       "Configuration file to write; default: imported-CLIENT.conf in conf.d");
    command
        .add_option("--ca", line.authorities,
                    "Directory URL of a CA, for clients that keep none (lego, uacme)")
        ->allow_extra_args(false);
}

CLI::App* add(CLI::App& app, const Subcommand& entry, CommandLine& line) {
    CLI::App* command = app.add_subcommand(entry.name, entry.description);
    command->add_option("-c,--config", line.config_file, "Configuration file")
        ->capture_default_str();
    command->add_option("-D,--define", line.defines, "Define a name for <IfDefine>")
        ->allow_extra_args(false);
    if (entry.takes_json)
        command->add_flag("--json", line.json, "Print JSON");
    if (entry.takes_verbose)
        command->add_flag("-v,--verbose", line.verbose, "Name every skipped directive");
    if (entry.names == Subcommand::server_and_names)
        command->add_option("SERVER", line.server, "nginx, httpd or haproxy")->required();
    if (entry.names == Subcommand::client_and_directory)
        add_import(*command, line);
    CLI::Option* online = nullptr;
    if (entry.names == Subcommand::names_with_online)
        online =
            command->add_flag("--online", line.online,
                              "Look at the CA, the ports, the names and their CAA records, too");
    if (entry.names == Subcommand::no_names || entry.names == Subcommand::client_and_directory)
        return command;
    auto* names = command->add_option("NAME", line.names, "Managed domain, by its first name");
    if (online != nullptr)
        names->needs(online);
    else
        names->required(entry.names != Subcommand::some_names);
    return command;
}

int run_guarded(const Subcommand& entry, const CommandLine& line) {
    try {
        return entry.body(line);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "mdcertd %s: %s\n", entry.name, error.what());
        return 1;
    }
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app(
        "mdcertd keeps TLS certificates valid: it obtains and renews them from an ACME CA,\n"
        "stores them, and tells the web server.");
    app.set_version_flag("-V,--version", "mdcertd " MDCERTD_VERSION);
    app.require_subcommand(1);
    CommandLine line;
    for (const Subcommand& entry : subcommands)
        add(app, entry, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    for (const Subcommand& entry : subcommands)
        if (app.got_subcommand(entry.name))
            return run_guarded(entry, line);
    return 2;
}

}  // namespace md
