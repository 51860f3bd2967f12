// SPDX-License-Identifier: Apache-2.0
// What can be asked of a running daemon: each command is a path of the control socket, "/status",
// and its names are fields of the query, "?name=a.org&name=b.org".
#pragma once

#include <array>
#include <string_view>

namespace md::control {

struct Command {
    std::string_view name, method;
};

constexpr std::array<Command, 5> commands = {{{"status", "GET"},
                                              {"renew", "POST"},
                                              {"reload", "POST"},
                                              {"forget", "POST"},
                                              {"reach", "POST"}}};

// Null: there is no such command.
constexpr const Command* command_named(std::string_view name) {
    for (const Command& command : commands)
        if (command.name == name)
            return &command;
    return nullptr;
}

}  // namespace md::control
