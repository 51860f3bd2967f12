// SPDX-License-Identifier: Apache-2.0
// Runs MDMessageCmd for the events of one MD, and notes for its log that it was told.
#pragma once

#include "base/clock.hpp"
#include "notify/messages.hpp"
#include "process/command_runner.hpp"
#include "store/records.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace md::drive {

class MessageCommand {
public:
    // No hooks or an empty command: nobody is told, and every call succeeds. What is told is added
    // to `news`, which outlives this.
    MessageCommand(process::Commands* hooks, base::Clock& clock,
                   std::vector<std::string> message_command, std::string domain, store::News& news)
        : hooks_(hooks),
          clock_(clock),
          command_(std::move(message_command)),
          domain_(std::move(domain)),
          news_(news) {}

    bool speaks() const { return hooks_ != nullptr && !command_.empty(); }

    // "" when it was told; else why the command failed, in one line.
    base::Task<std::string> tell(std::string reason);

private:
    process::Commands* hooks_;
    base::Clock& clock_;
    std::vector<std::string> command_;
    std::string domain_;
    store::News& news_;
};

}  // namespace md::drive
