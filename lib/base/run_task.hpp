// SPDX-License-Identifier: Apache-2.0
// Runs one task to its end on a context of its own and hands out its result, or what it threw.
#pragma once

#include "base/task.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace md::base {

inline void run_task(asio::io_context& context, Task<void> task) {
    std::exception_ptr failed;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr error) { failed = error; });
    context.restart();
    context.run();
    if (failed)
        std::rethrow_exception(failed);
}

template <typename T>
requires(!std::is_void_v<T>) T run_task(asio::io_context& context, Task<T> task) {
    std::optional<T> result;
    run_task(context, detail::keep_result(std::move(task), result));
    return std::move(*result);
}

}  // namespace md::base
