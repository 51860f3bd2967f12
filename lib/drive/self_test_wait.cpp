// SPDX-License-Identifier: Apache-2.0
#include "drive/self_test_wait.hpp"

#include "base/log.hpp"
#include "drive/self_test.hpp"
#include "http/resolve.hpp"

#include <boost/asio/ip/udp.hpp>

#include <algorithm>

namespace md::drive {
namespace {

namespace asio = base::asio;

// Only an address of this machine can be bound.
bool is_own(const asio::any_io_executor& executor, const asio::ip::address& address) {
    asio::ip::udp::socket socket(executor);
    boost::system::error_code error;
    const asio::ip::udp::endpoint endpoint(address, 0);
    socket.open(endpoint.protocol(), error);
    if (!error)
        socket.bind(endpoint, error);
    return !error;
}

// A name that takes long to look up is none of /etc/hosts, and the CA is not kept waiting for it.
base::Task<bool> leads_here_soon(model::Identifier name) {
    constexpr std::chrono::seconds patience{1};
    bool is_here = false;
    try {
        is_here = co_await base::with_timeout(leads_here(std::move(name)), patience, "address");
    } catch (const base::TimedOut&) {
    }
    co_return is_here;
}

std::string last_obstacle(const Checks& checks) {
    auto found = std::find_if(checks.rbegin(), checks.rend(),
                              [](const Check& check) { return !check.is_good; });
    return found == checks.rend() ? "" : found->text;
}

base::Task<void> ask_until_answered(std::vector<model::Identifier> names, SelfTestToken proof,
                                    SelfTestLimits limits, std::string& reason) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer pause(executor);
    for (const model::Identifier& name : names) {
        bool is_here = !name.is_wildcard();
        if (is_here)
            is_here = co_await leads_here_soon(name);
        while (is_here) {
            const Checks checks = co_await check_port_80(name, proof, limits.port);
            reason = last_obstacle(checks);  // what was seen last stands when the time is over
            if (reason.empty())
                break;
            pause.expires_after(limits.between);
            co_await pause.async_wait(asio::use_awaitable);
        }
    }
}

}  // namespace

base::Task<bool> leads_here(model::Identifier name) {
    auto executor = co_await asio::this_coro::executor;
    http::Endpoints endpoints;
    try {
        endpoints = co_await http::resolve(name.text(), 80);
    } catch (const base::Error&) {
        // It leads nowhere; what that means is for the CA to say.
    }
    co_return !endpoints.empty() &&
        std::all_of(endpoints.begin(), endpoints.end(),
                    [&](const auto& endpoint) { return is_own(executor, endpoint.address()); });
}

base::Task<std::string> self_test_passed(std::vector<model::Identifier> names, SelfTestToken proof,
                                         SelfTestLimits limits) {
    std::string reason;
    try {
        co_await base::with_timeout(
            ask_until_answered(std::move(names), std::move(proof), limits, reason), limits.longest,
            "own answer");
    } catch (const base::TimedOut&) {
        // With what was seen last, if anything.
    }
    co_return reason;
}

base::Task<void> await_own_answer(challenge::ChallengeBoard& board, std::string domain,
                                  std::vector<model::Identifier> names) {
    constexpr std::chrono::minutes long_enough{1};
    auto executor = co_await asio::this_coro::executor;
    SelfTest proof(executor, board);
    SelfTestToken token = proof.show(long_enough);
    std::string reason = co_await self_test_passed(std::move(names), std::move(token));
    if (!reason.empty())
        log::warn("port 80 of this machine does not lead to mdcertd, the CA is asked all the same",
                  log::kv("domain", domain), log::kv("reason", reason));
}

}  // namespace md::drive
