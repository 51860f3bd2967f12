// SPDX-License-Identifier: Apache-2.0
// What of another client's tree is taken over, and what is not and why. One certificate and key for
// each set of names and key type: the one that lasts longest; a name stands in one managed domain;
// what only dns-01 proves stays with the other client, since mdcertd could not renew it;
// what mdcertd already holds or is told to manage stays as it is. Pure.
#pragma once

#include "import/finding.hpp"
#include "model/desired_state.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace md::import {

using std::chrono::sys_seconds;

// What is there already.
struct Present {
    const model::DesiredState& desired;
    std::set<std::string> certified;       // MDs with a certificate in the store
    std::map<std::string, bool> accounts;  // CAs of which the store has one; true: registered
};

struct TakenCertificate {
    model::KeySpec spec;  // as its files are called in the store
    base::Secret key_pem;
    std::string chain_pem;
    sys_seconds not_before, not_after;
};

struct TakenDomain {
    std::vector<model::Identifier> names;
    std::vector<TakenCertificate> live;  // empty: to be ordered
    std::vector<model::KeySpec> keys;    // for MDPrivateKeys; empty: the default
    bool must_staple = false;
    std::vector<std::string> sources;
    const FoundCertificate* found = nullptr;           // the first of them
    const model::ManagedDomain* configured = nullptr;  // it is in the configuration already
    bool is_held = false;                              // the store has its certificate already

    const std::string& name() const {
        return configured != nullptr ? configured->name() : names.front().text();
    }
};

struct Decision {
    std::vector<TakenDomain> domains;  // by name
    std::vector<const FoundAccount*> accounts;
    std::vector<SkippedPart> left;        // what is not taken, with what to do about it
    std::vector<SkippedPart> unprovable;  // what the other client has to go on renewing
};

// `found` and what `present` refers to outlive the decision.
Decision decide(const Found& found, const Present& present, sys_seconds now);

// The managed domain as the configuration will have it.
model::ManagedDomain managed_domain(const TakenDomain& taken);

// A value of a stranger that may stand in the configuration: visible ASCII, and nothing there that
// means something to its syntax.
bool is_plain(std::string_view text);
// The address of its CA can be written there.
bool has_usable_ca(const FoundCertificate& found);

}  // namespace md::import
