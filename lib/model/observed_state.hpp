// SPDX-License-Identifier: Apache-2.0
// What the store holds of each MD: facts about certificates, never the certificates themselves.
#pragma once

#include "model/domain_name.hpp"
#include "model/fingerprint.hpp"
#include "model/job.hpp"
#include "model/key_spec.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace md::model {

// A live certificate and the key beside it, which belong together (checked when observed).
struct CertificateFacts {
    KeySpec key;                    // as its file is named; bits as found
    std::vector<DomainName> names;  // dNSNames of the SAN
    sys_seconds not_before{};
    sys_seconds not_after{};
    bool must_staple = false;
    Shared<std::string> issuer;  // "CN=Pebble Intermediate CA 1f2e"
    std::string serial;          // lower hex
    Fingerprint fingerprint;

    std::chrono::seconds lifetime() const { return not_after - not_before; }
    bool operator==(const CertificateFacts&) const = default;
};

struct ObservedDomain {
    std::vector<CertificateFacts> certificates;
    Shared<std::string> damage;  // why something in its folder could not be read; "" = nothing
    Boxed<Job> staged_job;       // staging/NAME/job.json: the attempts that go on
    Boxed<Job> live_job;         // domains/NAME/job.json: how the live set came about
    std::uint64_t version = 0;   // of the files all this was read from; 0: not as it was read
    // Places below the store that servers may still read and that will go, "domains/a.org,
    // domains/b.org/privkey.pem".
    Shared<std::string> former_files;

    // Somebody has mended what failed, maybe: that is worth one attempt now.
    void forget_delay() {
        if (staged_job)
            staged_job->next_run = std::nullopt;
    }
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
