// SPDX-License-Identifier: Apache-2.0
#include "http/race.hpp"

#include "base/nursery.hpp"
#include "http/transport.hpp"
#include "http/wire.hpp"

#include <algorithm>
#include <optional>

namespace md::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

bool is_no_route(const error_code& error) {
    return error == asio::error::network_unreachable || error == asio::error::host_unreachable ||
           error == asio::error::address_family_not_supported;
}

class Race {
public:
    Race(asio::any_io_executor executor, Endpoints endpoints, std::chrono::milliseconds delay)
        : executor_(executor),
          endpoints_(std::move(endpoints)),
          delay_(delay),
          attempts_(executor),
          news_(executor) {}

    base::Task<tcp::socket> run();

private:
    base::Task<void> start_and_wait();
    base::Task<void> attempt(tcp::endpoint endpoint);
    base::Task<void> wait_for_news() { co_await news_.wait(); }
    base::Task<void> pause() {
        asio::steady_timer timer(executor_, delay_);
        co_await timer.async_wait(asio::use_awaitable);
    }

    asio::any_io_executor executor_;
    Endpoints endpoints_;
    std::chrono::milliseconds delay_;
    std::optional<tcp::socket> winner_;
    error_code failed_;
    std::size_t failures_ = 0;
    base::Nursery attempts_;
    base::Wakeup news_;
};

base::Task<void> Race::attempt(tcp::endpoint endpoint) {
    tcp::socket socket(executor_);
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
    }
    if (error == asio::error::operation_aborted)
        co_return;
    if (!error && !winner_)
        winner_.emplace(std::move(socket));
    failures_ += error ? 1 : 0;
    // That this machine has no way to a family says less than what the other family met.
    if (error && (!failed_ || !is_no_route(error)))
        failed_ = error;
    news_.wake();
}

base::Task<void> Race::start_and_wait() {
    for (std::size_t next = 0; next < endpoints_.size() && !winner_; ++next) {
        attempts_.start(attempt(endpoints_[next]), [](std::exception_ptr) {});
        bool last = next + 1 == endpoints_.size();
        if (!last)
            co_await base::first_of(wait_for_news(), pause());
    }
    while (!winner_ && failures_ < endpoints_.size())
        co_await news_.wait();
}

base::Task<tcp::socket> Race::run() {
    std::exception_ptr cancelled;
    base::Task<void> race = start_and_wait();
    try {
        co_await std::move(race);
    } catch (...) {
        cancelled = std::current_exception();
    }
    attempts_.cancel();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await attempts_.join();
    co_await asio::this_coro::throw_if_cancelled(true);
    if (cancelled)
        std::rethrow_exception(cancelled);
    if (!winner_)
        throw TransportError(reason(failed_), TransportFault::unreachable);
    co_return std::move(*winner_);
}

}  // namespace

Endpoints interleaved(const Endpoints& endpoints) {
    if (endpoints.empty())
        return {};
    const auto protocol = endpoints.front().protocol();
    Endpoints sorted = endpoints;
    auto second =
        std::stable_partition(sorted.begin(), sorted.end(),
                              [&](const tcp::endpoint& one) { return one.protocol() == protocol; });
    Endpoints result;
    auto one = sorted.begin(), other = second;
    while (one != second || other != sorted.end()) {
        if (one != second)
            result.push_back(*one++);
        if (other != sorted.end())
            result.push_back(*other++);
    }
    return result;
}

base::Task<tcp::socket> connect_first(Endpoints endpoints, std::chrono::milliseconds delay) {
    auto executor = co_await asio::this_coro::executor;
    Race race(executor, interleaved(endpoints), delay);
    tcp::socket socket = co_await race.run();
    co_return socket;
}

}  // namespace md::http
