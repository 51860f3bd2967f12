// SPDX-License-Identifier: Apache-2.0
#include "server/streamed_body.hpp"

#include "base/log.hpp"

#include <exception>
#include <utility>

namespace md::server {

void StreamedBody::write(std::string_view octets) {
    unsent_ += octets;
    news_.wake();
}

base::Task<std::string> StreamedBody::next() {
    while (unsent_.empty() && !ended_ && !abandoned_)
        co_await news_.wait();
    co_return abandoned_ ? std::string() : std::exchange(unsent_, {});
}

void StreamedBody::end(std::exception_ptr failed) {
    ended_ = true;
    failed_ = failed != nullptr;
    news_.wake();
    if (!failed)
        return;
    try {
        std::rethrow_exception(failed);
    } catch (const std::exception& error) {
        log::debug("a response was not completed", log::kv("reason", error.what()));
    }
}

void StreamedBody::abandon() {
    abandoned_ = true;
    news_.wake();
}

}  // namespace md::server
