// SPDX-License-Identifier: Apache-2.0
// The notifier of tests: remembers each command it was asked to run and answers by script; beyond
// the script every command succeeds.
#pragma once

#include "base/clock.hpp"
#include "process/command_runner.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace md::test {

class RecordingCommands final : public process::Commands {
public:
    std::vector<std::vector<std::string>> commands;  // as they came
    std::deque<process::CommandOutcome> outcomes;    // for the next ones

    std::chrono::milliseconds takes{0};  // by that clock, before it is over
    base::Clock* clock = nullptr;
    unsigned running = 0, most_running = 0;  // of those that take time, at once
    std::set<std::string> refused;           // commands that have one of these words fail, always

    void fail_next(std::string reason = "exit status 1") {
        outcomes.push_back({false, std::move(reason), ""});
    }

    base::Task<process::CommandOutcome> run(std::vector<std::string> command) override {
        process::CommandOutcome outcome{true, "", ""};
        bool is_refused = std::any_of(command.begin(), command.end(),
                                      [&](const auto& word) { return refused.contains(word); });
        commands.push_back(std::move(command));
        if (takes > takes.zero())
            co_await take_time();
        if (is_refused)
            co_return process::CommandOutcome{false, "exit status 1", ""};
        if (!outcomes.empty()) {
            outcome = std::move(outcomes.front());
            outcomes.pop_front();
        }
        co_return outcome;
    }

private:
    base::Task<void> take_time() {
        most_running = std::max(most_running, ++running);
        struct End {
            unsigned& count;
            ~End() { --count; }
        } end{running};
        co_await clock->wait(takes);
    }
};

}  // namespace md::test
