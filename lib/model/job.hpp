// SPDX-License-Identifier: Apache-2.0
// The record of the work on one MD that survives a restart: failures, the next time, what was told.
// Stored as mod_md's job.json (reference part 3.2), whose log stays there.
#pragma once

#include "model/failure_cause.hpp"
#include "model/shared.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// What was seen at MDServedAt of the live set since the last notification.
struct Served {
    bool confirmed = false;   // by the last look
    bool told_again = false;  // not seen for a while: MDNotifyCmd was run once more
    unsigned failures = 0;    // looks in a row that did not see it
    std::string instead;      // what the last one saw: "HOST:PORT shows ..."
    std::optional<sys_seconds> last, next;

    bool operator==(const Served&) const = default;
};

// How the live set came about, for as long as there is one: every renewal hands it on.
struct Installation {
    static constexpr std::size_t most_renewals = 3;

    std::vector<sys_seconds> renewals;  // when a set replaced another; the last ones, oldest first
    std::chrono::seconds lifetime{0};   // of the certificate that lives shortest
    std::uint64_t settings = 0;         // digest of what is asked of the certificate; 0 = not known
    unsigned chain_length = 0;          // as the CA gave it, without roots; 0 = not known
    // The rule by which the set was due again when it was new, and until when it is left alone;
    // "" = it was not due.
    std::string due_by;
    std::optional<sys_seconds> wait_until;

    void renewed(sys_seconds at) {
        renewals.push_back(at);
        if (renewals.size() > most_renewals)
            renewals.erase(renewals.begin());
    }
    bool operator==(const Installation&) const = default;
};

// When MDMessageCmd was told, the last time it succeeded, of what it is told of now and then.
struct MessageTimes {
    std::optional<sys_seconds> renewing, errored;  // of the attempts that go on
    std::optional<sys_seconds> expiring;           // of the live set
    std::optional<sys_seconds> expiring_failed;    // the last time it did not succeed

    bool operator==(const MessageTimes&) const = default;
};

struct Job {
    static constexpr std::size_t most_started = 64;

    std::string name;  // the MD's
    bool finished = false;
    bool notified = false;  // MDNotifyCmd was run for the set this job made, or there was none
    unsigned errors = 0;    // failures in a row
    std::optional<sys_seconds> next_run;
    std::optional<sys_seconds> last_run;
    // When its attempts began, the last ones, oldest first: MDOrderRate counts them.
    std::vector<sys_seconds> started;
    std::optional<sys_seconds> valid_from;
    Boxed<Failure> last_failure;
    // When other settings last let an attempt begin before its time.
    std::optional<sys_seconds> early_at;
    Boxed<Installation> installation = {};  // of a live set
    Shared<std::string> ca_url;  // of the CA that what is staged was asked of; "" = not known
    unsigned notify_errors = 0;  // failures of MDNotifyCmd in a row
    std::optional<sys_seconds> notify_next;
    std::string notify_reason;    // of the last failure, one line
    bool message_owed = false;    // MDMessageCmd is to be told of the set
    unsigned message_errors = 0;  // failures of that in a row
    std::optional<sys_seconds> message_next;
    std::string message_reason;
    MessageTimes told;
    Shared<Served> served;

    void begun(sys_seconds at);
    bool operator==(const Job&) const = default;
};

}  // namespace md::model
