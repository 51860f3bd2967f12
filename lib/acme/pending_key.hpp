// SPDX-License-Identifier: Apache-2.0
// A private key in the making: begun on the pool when the order is placed, awaited when the CA has
// finished validating. An RSA key takes as long as all the rest; so it costs no time of its own.
#pragma once

#include "base/task.hpp"
#include "crypto/private_key.hpp"

#include <exception>
#include <memory>
#include <optional>

namespace md::acme {

class PendingKey {
public:
    // Resolved from the start, for a key that was found in staging.
    explicit PendingKey(crypto::PrivateKey key);
    // Begins at once. May be dropped at any time: the pool's work then goes nowhere.
    PendingKey(base::asio::any_io_executor executor, base::asio::thread_pool& pool,
               const model::KeySpec& spec);

    // The key, or what generating it threw. One waiter.
    base::Task<crypto::PrivateKey> get();

private:
    struct KeyGeneration {
        std::optional<crypto::PrivateKey> key;
        std::exception_ptr failed;
        std::optional<base::Wakeup> done;
    };
    std::shared_ptr<KeyGeneration> state_ = std::make_shared<KeyGeneration>();
};

}  // namespace md::acme
