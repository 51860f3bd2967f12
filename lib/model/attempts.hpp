// SPDX-License-Identifier: Apache-2.0
// What was tried for one MD since its live set was made: how often it failed, and when to try
// again. Shared by all nodes. Stored in staging/NAME/job.json, whose log stays there.
#pragma once

#include "model/failure.hpp"
#include "model/shared.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace md::model {

// At one of several CAs.
struct IssuerAttempts {
    unsigned errors = 0;  // failures in a row
    std::optional<Failure> last_failure;

    bool operator==(const IssuerAttempts&) const = default;
};

struct Attempts {
    static constexpr std::size_t most_started = 64;

    bool finished = false;  // a complete set lies in staging, where mod_md leaves it for a while
    unsigned errors = 0;    // failures in a row, whichever CA was asked
    std::optional<sys_seconds> next_run;
    std::optional<sys_seconds> last_run;
    // When they began, the last ones, oldest first: MDOrderRate counts them.
    std::vector<sys_seconds> started;
    std::optional<Failure> last_failure;
    // When other settings last let an attempt begin before its time.
    std::optional<sys_seconds> early_at;
    // By directory URL, where there is more than one to ask: which of them failed, and how.
    std::map<std::string, IssuerAttempts> issuers;
    Shared<std::string> ca_url;  // of the CA that what is staged was asked of; "" = not known

    void begun(sys_seconds at) {
        last_run = at;
        started.push_back(at);
        if (started.size() > most_started)
            started.erase(started.begin());
    }
    unsigned errors_at(const std::string& directory_url) const {
        auto found = issuers.find(directory_url);
        return found == issuers.end() ? 0 : found->second.errors;
    }
    void failed_at(const std::string& directory_url, const Failure& failure) {
        IssuerAttempts& at = issuers[directory_url];
        at.errors += 1;
        at.last_failure = failure;
    }
    bool operator==(const Attempts&) const = default;
};

}  // namespace md::model
