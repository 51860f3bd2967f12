// SPDX-License-Identifier: Apache-2.0
#include "store_wait.hpp"

#include "base/log.hpp"
#include "store/lease.hpp"

#include <chrono>

namespace md {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds between_looks = 200ms;  // a lock has no event to wait for
constexpr std::chrono::seconds longest_silence = 10s;

}  // namespace

base::Task<void> store_free(std::string directory, base::Clock& clock,
                            const Supervisor& supervisor) {
    auto holder = store::lease_holder(directory);
    // The lease itself is asked for then, and tells what to do.
    if (!holder || store::is_daemon(*holder))
        co_return;
    log::warn("the store is in use, waiting for that to end", log::kv("store", directory),
              log::kv("by", *holder));
    std::chrono::milliseconds silent = longest_silence;
    for (; holder; holder = store::lease_holder(directory)) {
        if (silent >= longest_silence) {
            supervisor.waiting("the store is in use by " + *holder, 3 * longest_silence);
            silent = 0ms;
        }
        co_await clock.wait(between_looks);
        silent += between_looks;
    }
    log::info("the store is free", log::kv("store", directory));
}

}  // namespace md
