// SPDX-License-Identifier: Apache-2.0
#include "stored_state.hpp"

#include "base/clock.hpp"
#include "drive/observe.hpp"
#include "store/file_store.hpp"

#include <boost/asio/io_context.hpp>

namespace md {
namespace {

namespace asio = base::asio;

base::Task<model::ObservedState> look(const model::DesiredState& desired, asio::thread_pool& pool) {
    auto store = co_await store::FileStore::open_read_only(desired.server.store_dir, pool);
    if (!store)
        co_return model::ObservedState{};
    model::ObservedState observed =
        co_await drive::observe(*store, desired, base::SystemClock{}.now());
    co_return observed;
}

}  // namespace

model::ObservedState stored_state(const model::DesiredState& desired) {
    asio::io_context context(1);
    asio::thread_pool pool(1);
    model::ObservedState observed;
    std::exception_ptr failed;
    asio::co_spawn(context, look(desired, pool),
                   [&](std::exception_ptr error, model::ObservedState seen) {
                       failed = error;
                       observed = std::move(seen);
                   });
    context.run();
    if (failed)
        std::rethrow_exception(failed);
    return observed;
}

}  // namespace md
