// SPDX-License-Identifier: Apache-2.0
// What each subcommand does. Every function returns the exit code: 0 fine, 1 failed or invalid.
#pragma once

#include <string>
#include <vector>

namespace md::commands {

struct CommandLine {
    std::string config_file = "/etc/mdcertd/mdcertd.conf";
    std::vector<std::string> names;
    std::string server;                              // of snippet
    std::string client, directory;                   // of import: whose files, and where
    std::string output;                              // of import: "" = beside the configuration
    std::vector<std::string> authorities;            // of import and revoke: --ca URL
    std::string reason, certificate_file, key_file;  // of revoke
    std::vector<std::string> defines;                // -D NAME
    bool json = false;
    bool verbose = false;
    bool online = false;
    bool no_replacement = false;  // of revoke
    bool failing = false;         // of status: only what is in trouble
};

int run(const CommandLine& line);
int once(const CommandLine& line);
int check(const CommandLine& line);
int show_config(const CommandLine& line);
int status(const CommandLine& line);
int log(const CommandLine& line);
int renew(const CommandLine& line);
int reload(const CommandLine& line);
int revoke(const CommandLine& line);
int forget(const CommandLine& line);
int snippet(const CommandLine& line);
int import_tree(const CommandLine& line);

}  // namespace md::commands
