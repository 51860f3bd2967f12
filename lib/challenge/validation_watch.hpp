// SPDX-License-Identifier: Apache-2.0
// Whether a CA's validators have come and gone. A CA asks several times for one challenge, nearly
// at once, from several places; only when all have their answer is the status final, so the one who
// waits is woken a short quiet time after the last of them.
#pragma once

#include "base/task.hpp"

#include <chrono>
#include <memory>

namespace md::challenge {

class ValidationWatch {
public:
    static std::shared_ptr<ValidationWatch> start(const base::asio::any_io_executor& executor);

    // A validator got its answer.
    void note();
    // The challenge is withdrawn: who still waits gets operation_aborted.
    void end();

    // Resumes when one came since the last time and none in the quiet time. For one waiter at a
    // time; cancellable; keeps the watch alive by itself.
    static base::Task<void> quiet(std::shared_ptr<ValidationWatch> watch);

private:
    explicit ValidationWatch(const base::asio::any_io_executor& executor) : timer_(executor) {}
    std::chrono::steady_clock::time_point due() const;

    base::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point last_;
    unsigned count_ = 0;
    bool fresh_ = false;  // came since quiet() last resumed
    bool ended_ = false;
};

}  // namespace md::challenge
