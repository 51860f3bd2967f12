// SPDX-License-Identifier: Apache-2.0
// The status of one managed domain as values: what is wanted and held, and what follows from it.
// The JSON (domain_json), the text, the page and the metrics are made of this. Pure. Every text is
// printable: none of a CA, a certificate or a hook gets in with control characters.
#pragma once

#include "model/desired_state.hpp"
#include "model/log_entry.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace md::admin {

using std::chrono::sys_seconds;

// When something is valid.
struct Validity {
    std::optional<sys_seconds> from, until;
};

struct HeldCertificate {
    std::string key_name;  // "rsa", "p-256"
    std::string key;       // "RSA 2048"
    std::string issuer, serial, fingerprint;
    Validity valid;
    std::string certificate_file, key_file;  // when asked for
};

struct CaStatus {
    std::vector<std::string> urls;
    std::string agreement;
    std::vector<std::string> challenges;
};

struct NextAction {
    std::string action;  // "issue", "none"
    bool due = false;
    std::string rule, reason;
    std::optional<sys_seconds> at;
};

// The attempts that go on.
struct RenewalStatus {
    bool finished = false;
    unsigned errors = 0;
    std::optional<sys_seconds> next_run, last_run;
    model::Log log;
};

// While the last attempt is a failed one.
struct LastProblem {
    std::string stage, problem, detail, failure_class;
    std::optional<sys_seconds> at;
    unsigned errors = 0;
    std::string cause, advice;
};

struct NotificationStatus {
    std::string state;  // "none", "pending", "failed", "done"
    std::optional<sys_seconds> next;
    unsigned errors = 0;
    std::string command, reason;
};

struct ServedStatus {
    std::string state;  // "issued", "installed", "confirmed", "unconfirmed"
    std::vector<std::string> places;
    std::string instead;
    std::optional<sys_seconds> last_look, next_look;
    bool notified_again = false;
};

struct MemberStatus {
    std::string name, configured_at;
};

// A challenge, and why it cannot work; "" where it can.
struct ProofStatus {
    std::string type, obstacle;
};

// What the configuration says.
struct ConfiguredStatus {
    std::vector<std::string> contacts;
    int transitive = 0;
    std::vector<model::KeySpec> keys;
    int renew_mode = 0;
    std::string renew_window;
    bool must_staple = false;
    std::string profile;
    bool profile_mandatory = false;
    std::string require_https;  // "" = it does not
    std::string at;             // file and line
};

struct DomainStatus {
    std::string name;
    std::vector<std::string> names;  // that of the MD is the first
    ConfiguredStatus configured;
    CaStatus ca;
    std::string
        state;  // valid, expiring, missing, incomplete, expired, failing, stopped, not managed
    std::string state_reason, damage, former_files;
    std::vector<HeldCertificate> certificates;  // by the name of the key
    std::optional<Validity> valid;              // of all together
    std::string issued_by_profile;
    bool watched = false, renew = false;
    NextAction next;
    std::optional<sys_seconds> renew_at;
    std::optional<RenewalStatus> renewal;
    std::optional<LastProblem> last_problem;
    NotificationStatus notification;
    std::optional<ServedStatus> served;  // where MDServedAt is set
    // What is told of one that was asked for by name.
    std::optional<std::vector<MemberStatus>> members;
    std::optional<std::vector<ProofStatus>> proofs;
};

// `attempts`: the log of those that go on. `whole`: with members, proofs and files.
DomainStatus domain_status(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
                           const model::ServerSettings& server, sys_seconds now,
                           const model::Log& attempts = {}, bool whole = false);

}  // namespace md::admin
