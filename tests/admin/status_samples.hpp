// SPDX-License-Identifier: Apache-2.0
// One server with a managed domain in each state, for the golden texts of this folder.
#pragma once

#include "admin/domain_status.hpp"
#include "admin/status.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace md::admin::samples {

using namespace std::chrono_literals;
using std::chrono::sys_days;

// 2026-06-01 12:00:00 UTC.
constexpr sys_seconds now = sys_days{std::chrono::year{2026} / 6 / 1} + 12h;

struct Server {
    model::DesiredState desired;
    model::ObservedState observed;
    std::map<std::string, model::Log> logs;  // of the attempts that go on

    model::ManagedDomain& add(const std::vector<std::string>& names) {
        model::ManagedDomain& domain = desired.domains.emplace_back();
        for (const std::string& text : names)
            domain.members.push_back({model::Identifier::parse(text).value(), {"a.conf", 3}});
        domain.origin = {"a.conf", 3};
        return domain;
    }

    model::CertificateFacts& hold(const std::string& md, sys_seconds not_before,
                                  std::chrono::seconds lifetime,
                                  model::KeySpec key = model::KeySpec::rsa()) {
        auto& facts = observed.domains[md].certificates.emplace_back();
        facts.key = std::move(key);
        for (const model::ManagedDomain& domain : desired.domains)
            if (domain.name() == md)
                for (const model::Member& member : domain.members)
                    facts.names.push_back(member.name);
        facts.not_before = not_before;
        facts.not_after = not_before + lifetime;
        facts.issuer = "CN=Test CA";
        facts.serial = "0a1b";
        facts.fingerprint.octets = {0xc0, 0xff, 0xee};
        return facts;
    }

    void fail(const std::string& md, unsigned errors, model::Failure failure, sys_seconds next) {
        model::Attempts& attempts = observed.domains[md].attempts.emplace();
        attempts.errors = errors;
        attempts.last_run = failure.at;
        attempts.next_run = next;
        attempts.last_failure = std::move(failure);
    }

    // What is held was made by a job, and MDNotifyCmd was not run for it yet.
    model::Delivery& installed(const std::string& md) {
        model::ObservedDomain& held = observed.domains[md];
        held.state.recorded = true;
        held.delivery = {};
        held.delivery.edit().notification.owed = true;
        return held.delivery.edit();
    }

    model::Log log_of(const std::string& md) const {
        auto log = logs.find(md);
        return log == logs.end() ? model::Log() : log->second;
    }
    std::vector<DomainStatus> statuses(bool whole = false) const {
        std::vector<DomainStatus> all;
        for (const model::ManagedDomain& domain : desired.domains) {
            const model::ObservedDomain& held = observed.of(domain.name());
            const model::Log log = held.attempts ? log_of(domain.name()) : model::Log();
            all.push_back(domain_status(domain, held, desired.server, now, log, whole));
        }
        return all;
    }
    nlohmann::json json(const std::vector<std::string>& names = {}) const {
        return status_json(desired, observed, now, names,
                           [this](const std::string& md) { return log_of(md); });
    }
    // The first (or only) MD's entry.
    nlohmann::json one(std::size_t index = 0) const { return json()["managed-domains"].at(index); }
    std::string text(const std::vector<std::string>& names = {}) const {
        return status_text(json(names), now, false);
    }
};

inline model::Failure dns_failure() {
    return {"challenge", "urn:ietf:params:acme:error:dns", "a.org: no such host",
            model::FailureClass::budget, now - 5min};
}

}  // namespace md::admin::samples
