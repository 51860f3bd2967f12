// SPDX-License-Identifier: Apache-2.0
// Managed domains and certificates in one line each, for the tables of this folder.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace md::schedule::samples {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// 2026-06-01 00:00:00 UTC.
constexpr sys_seconds start = sys_days{std::chrono::year{2026} / 6 / 1};

inline model::Identifier name(const std::string& text) {
    return model::Identifier::parse(text).value();
}

inline model::ManagedDomain domain(const std::vector<std::string>& names) {
    model::ManagedDomain wanted;
    for (const std::string& text : names)
        wanted.members.push_back({name(text), {"test.conf", 1}});
    return wanted;
}

inline model::CertificateFacts certificate(const std::vector<std::string>& names,
                                           sys_seconds not_before, seconds lifetime,
                                           model::KeySpec key = model::KeySpec::rsa()) {
    model::CertificateFacts facts;
    facts.key = std::move(key);
    for (const std::string& text : names)
        facts.names.push_back(name(text));
    facts.not_before = not_before;
    facts.not_after = not_before + lifetime;
    return facts;
}

inline model::ObservedDomain holding(std::vector<model::CertificateFacts> certificates) {
    model::ObservedDomain held;
    held.certificates = std::move(certificates);
    return held;
}

inline model::Attempts failed(unsigned errors, sys_seconds last_run, sys_seconds next_run) {
    model::Attempts attempts;
    attempts.errors = errors;
    attempts.last_run = last_run;
    attempts.next_run = next_run;
    return attempts;
}

}  // namespace md::schedule::samples
