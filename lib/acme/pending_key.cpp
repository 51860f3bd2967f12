// SPDX-License-Identifier: Apache-2.0
#include "acme/pending_key.hpp"

#include <boost/asio/post.hpp>

namespace md::acme {

PendingKey::PendingKey(crypto::PrivateKey key) {
    state_->key = std::move(key);
}

PendingKey::PendingKey(base::asio::any_io_executor executor, base::asio::thread_pool& pool,
                       const model::KeySpec& spec) {
    state_->done.emplace(executor);
    base::asio::post(pool, [state = state_, executor, spec] {
        std::optional<crypto::PrivateKey> key;
        std::exception_ptr failed;
        try {
            key = crypto::PrivateKey::generate(spec);
        } catch (...) {
            failed = std::current_exception();
        }
        // The state belongs to the I/O thread: hand the result over instead of writing it here.
        base::asio::post(executor, [state, key = std::move(key), failed] {
            state->key = key;
            state->failed = failed;
            state->done->wake();
        });
    });
}

base::Task<crypto::PrivateKey> PendingKey::get() {
    std::shared_ptr<KeyGeneration> state = state_;
    while (!state->key && !state->failed)
        co_await state->done->wait();
    if (state->failed)
        std::rethrow_exception(state->failed);
    co_return *state->key;
}

}  // namespace md::acme
