// SPDX-License-Identifier: Apache-2.0
// What the store holds of each MD: facts about certificates, never the certificates themselves,
// what was tried, and what was told.
#pragma once

#include "model/attempts.hpp"
#include "model/certificate_state.hpp"
#include "model/delivery.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace md::model {

struct ObservedDomain {
    std::vector<CertificateFacts> certificates;
    Shared<std::string> damage;  // why something in its folder could not be read; "" = nothing
    CertificateState state;      // of the live set
    Boxed<Attempts> attempts;    // that go on; none: nothing was tried since the live set was made
    Shared<Delivery> delivery;   // most MDs hold the same: all is told
    std::uint64_t version = 0;   // of the files all this was read from; 0: not as it was read
    // Places below the store that servers may still read and that will go, "domains/a.org,
    // domains/b.org/privkey.pem".
    Shared<std::string> former_files = {};
    // Something else is asked of the certificate than when the live set was made.
    bool asked_otherwise = false;
    // The failure depended on other settings, and its delay was cut short for that.
    bool is_early = false;
};

struct ObservedState {
    std::map<std::string, ObservedDomain> domains;  // by MD name

    // The MD's entry or, when the store has nothing of it, an empty one.
    const ObservedDomain& of(const std::string& name) const {
        static const ObservedDomain nothing;
        auto found = domains.find(name);
        return found == domains.end() ? nothing : found->second;
    }
};

}  // namespace md::model
