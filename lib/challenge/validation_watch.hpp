// SPDX-License-Identifier: Apache-2.0
// Whether a CA's validators have come and gone, for the challenges of an order. A CA asks several
// times for one challenge, nearly at once, from several places; only when all have their answer is
// the status final, so the one who waits is woken a short quiet time after the last of them.
#pragma once

#include "base/receipt.hpp"
#include "base/task.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace md::challenge {

class ValidationWatch {
public:
    static std::shared_ptr<ValidationWatch> start(const base::asio::any_io_executor& executor);

    // One more challenge, whose validators are awaited from now on: its number.
    std::size_t expect();
    // Where it is noted that a validator got the answer of that one, possibly once the watch is
    // gone.
    std::shared_ptr<base::Receipt> receipt(std::size_t challenge) const;

    // Resumes when one came since the last time and none in the quiet time; the first time, once
    // each challenge had one. For one waiter at a time; cancellable; keeps the watch alive by
    // itself.
    static base::Task<void> quiet(std::shared_ptr<ValidationWatch> watch);

private:
    struct Visits {
        std::shared_ptr<base::Receipt> receipt;
        unsigned counted = 0;  // when quiet() last resumed
    };

    explicit ValidationWatch(const base::asio::any_io_executor& executor)
        : timer_(std::make_shared<base::Receipt::Timer>(executor)) {}
    std::chrono::steady_clock::time_point due() const;

    std::shared_ptr<base::Receipt::Timer> timer_;
    std::vector<Visits> visits_;  // of each challenge
};

}  // namespace md::challenge
