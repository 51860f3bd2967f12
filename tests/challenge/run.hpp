// SPDX-License-Identifier: Apache-2.0
// Runs a task on a loop of the test and says how it went so far.
#pragma once

#include "base/task.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace md::test {

struct Run {
    Run(boost::asio::io_context& loop, base::Task<void> task) {
        auto ended = [this](std::exception_ptr failed) {
            how = failed ? "failed" : "resumed";
            when = std::chrono::steady_clock::now();
        };
        base::asio::co_spawn(loop, std::move(task),
                             base::asio::bind_cancellation_slot(cancel.slot(), ended));
    }
    base::asio::cancellation_signal cancel;
    std::string how = "waiting";
    std::chrono::steady_clock::time_point when;
};

}  // namespace md::test
