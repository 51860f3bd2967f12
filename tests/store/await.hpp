// SPDX-License-Identifier: Apache-2.0
// Runs a task of the store to its end on a loop of its own, and rethrows what it threw.
#pragma once

#include "base/task.hpp"
#include "store/file_store.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <type_traits>

namespace md::test {

template <typename T>
T await(base::Task<T> work) {
    boost::asio::io_context ioc;
    std::exception_ptr failed;
    std::conditional_t<std::is_void_v<T>, int, std::optional<T>> result{};
    if constexpr (std::is_void_v<T>)
        boost::asio::co_spawn(ioc, std::move(work),
                              [&](std::exception_ptr error) { failed = error; });
    else
        boost::asio::co_spawn(ioc, std::move(work), [&](std::exception_ptr error, T value) {
            failed = error;
            result = std::move(value);
        });
    ioc.run();
    if (failed)
        std::rethrow_exception(failed);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

// One pool for all stores of a test program.
inline boost::asio::thread_pool& io_pool() {
    static boost::asio::thread_pool pool(4);
    return pool;
}

inline std::unique_ptr<store::FileStore> open_store(const std::string& directory) {
    return await(store::FileStore::open(directory, io_pool()));
}

}  // namespace md::test
