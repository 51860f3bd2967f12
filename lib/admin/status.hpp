// SPDX-License-Identifier: Apache-2.0
// The status of every managed domain as data, as JSON and as text made for reading. Pure. No text
// of a stranger (a CA, a certificate, a hook) gets in with control characters.
#pragma once

#include "model/desired_state.hpp"
#include "model/log_entry.hpp"
#include "model/observed_state.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace md::admin {

using std::chrono::sys_seconds;

// JSON: {"version", "managed-domains":[{...}], "unknown-names":[...]}: mod_md's md-status keys
// (reference part 2.15) plus ours: "state" (a word: valid, expiring, missing, incomplete, expired,
// failing, stopped, not managed; with "state-descr" where there is a reason),
// "next-action":{"action", "at", "due", "rule", "reason"}, "last-problem":{"stage", "problem",
// "detail", "class", "at", "errors", "cause" (model/failure_cause), "advice"} while the last
// attempt is a failed one, "notification":{"state" (none, pending, failed, done), ...},
// "served":{"state" (issued, installed, confirmed, unconfirmed), "at", "instead", "last-look",
// "next-look", "notified-again"} where MDServedAt is set. Names select, by any name of an MD; none
// = all; of those selected there is also "members":[{"name", "configured-at"}], which is where each
// name was written, "proofs":[{"type", "obstacle"}], which is absent where the challenge can work,
// and the "certificate-file" and "key-file" of each key. A name of no MD is in "unknown-names",
// which is absent when there is none. Times are HTTP dates, as in the store.
// The log of the attempts at an MD is read for those that have some.
using ReadLog = std::function<model::Log(const std::string& name)>;
nlohmann::json status_json(const model::DesiredState& desired, const model::ObservedState& observed,
                           sys_seconds now, const std::vector<std::string>& names,
                           const ReadLog& read_log = {});

// The same, one MD after the other: ten thousand of them are not held as JSON at once.
struct Selection {
    std::vector<const model::ManagedDomain*> domains;  // in the configuration's order
    std::vector<std::string> unknown;
};
Selection select(const model::DesiredState& desired, const std::vector<std::string>& names);
// The domains of the same; throws base::Error for a name that none has.
std::vector<const model::ManagedDomain*> select_known(const model::DesiredState& desired,
                                                      const std::vector<std::string>& names);
// What status_json() gives, with the members of the object `more`, as text.
std::string status_document(const model::DesiredState& desired,
                            const model::ObservedState& observed, sys_seconds now,
                            const std::vector<std::string>& names, const nlohmann::json& more,
                            const ReadLog& read_log = {});

// Leaves only those in trouble (status_table). True when there are any, or the configuration on
// disk is not in force.
bool keep_failing(nlohmann::json& status);

// For people: of several that were not selected by name a table, else what there is to say of
// each. `colour` adds ANSI. What stands in the JSON and concerns a person stands here too;
// also "daemon", "reload-problem" and "unused":[{"name", "until"}] of the whole, where the caller
// has added them.
std::string status_text(const nlohmann::json& status, sys_seconds now, bool colour);

}  // namespace md::admin
