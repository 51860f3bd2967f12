// SPDX-License-Identifier: Apache-2.0
#include "acme/retry.hpp"

#include "acme/error.hpp"
#include "http/transport.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace md::acme {

std::optional<sys_seconds> parse_retry_after(std::string_view value, sys_seconds now) {
    constexpr std::chrono::seconds longest = std::chrono::days{30};
    bool digits = !value.empty() && std::all_of(value.begin(), value.end(),
                                                [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) {
        auto date = base::parse_http_date(value);
        return date ? std::optional(std::min(*date, now + longest)) : std::nullopt;
    }
    long long count = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error != std::errc{} || count > longest.count())
        return now + longest;
    return now + std::chrono::seconds{count};
}

milliseconds PollPace::next(std::optional<sys_seconds> retry_after, sys_seconds now) {
    milliseconds pause = steps_ == 0 ? first_ : std::chrono::seconds{1 << std::min(steps_ - 1, 3)};
    ++steps_;
    if (retry_after)
        pause = std::clamp<milliseconds>(*retry_after - now, std::chrono::seconds{1},
                                         std::chrono::minutes{1});
    last_ = pause;
    total_ += pause;
    return pause;
}

void PollPace::cut_short() {
    total_ -= std::exchange(last_, milliseconds{0});
    --steps_;
}

Trouble trouble_of(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const http::TransportError&) {
        return {true, false, {}};
    } catch (const Refused& refusal) {
        bool passes = refusal.failure_class() == model::FailureClass::passing ||
                      refusal.problem().is("rateLimited");
        return {passes, true, refusal.retry_after()};
    } catch (...) {
        return {};
    }
}

}  // namespace md::acme
