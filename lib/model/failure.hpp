// SPDX-License-Identifier: Apache-2.0
// Why an attempt failed, as it is stored: what people are told, and what the next time depends on.
#pragma once

#include "model/failure_cause.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace md::model {

using std::chrono::sys_seconds;

// What kind of failure it was decides how soon the next attempt comes (schedule/backoff).
enum class FailureClass {
    passing,  // network, time-out, 5xx, bad nonces: from MDRetryDelay doubling to an hour
    budget,  // a refusal that costs the CA's budget (validation failed, ...): 1, 10, 100 min, daily
    permanent,  // a mistake that time does not mend: daily at once
};
std::string_view word(FailureClass failure_class);
std::optional<FailureClass> failure_class_named(std::string_view word);

struct Failure {
    std::string stage;    // of model/stage.hpp
    std::string problem;  // URI "urn:ietf:params:acme:error:..." or ""
    std::string detail;   // for people; names the domain where one is concerned
    FailureClass failure_class = FailureClass::passing;
    sys_seconds at{};
    FailureCause cause = FailureCause::none;
    // Digest of the settings that the attempt depended on; 0 = not known. Where they are others
    // now, the failure says nothing of the next attempt.
    std::uint64_t settings = 0;
    std::optional<sys_seconds> retry_after = std::nullopt;  // the CA's word

    bool operator==(const Failure&) const = default;
};

}  // namespace md::model
