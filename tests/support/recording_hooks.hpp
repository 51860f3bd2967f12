// SPDX-License-Identifier: Apache-2.0
// The notifier of tests: remembers each command it was asked to run and answers by script; beyond
// the script every command succeeds.
#pragma once

#include "notify/hook_runner.hpp"

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace md::test {

class RecordingHooks final : public notify::Hooks {
public:
    std::vector<std::vector<std::string>> commands;  // as they came
    std::deque<notify::HookOutcome> outcomes;        // for the next ones

    void fail_next(std::string reason = "exit status 1") {
        outcomes.push_back({false, std::move(reason), ""});
    }

    base::Task<notify::HookOutcome> run(std::vector<std::string> command) override {
        commands.push_back(std::move(command));
        notify::HookOutcome outcome{true, "", ""};
        if (!outcomes.empty()) {
            outcome = std::move(outcomes.front());
            outcomes.pop_front();
        }
        co_return outcome;
    }
};

}  // namespace md::test
