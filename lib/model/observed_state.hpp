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

// The file a certificate stands in, beyond the certificate itself.
struct ChainFacts {
    unsigned size = 0;                     // certificates in the file; 0 = it was not looked at
    unsigned length = 0;                   // of these, what is no root: a server has to send them
    std::optional<sys_seconds> not_after;  // the earliest of the issuing certificates, roots apart
    std::string flaw;  // "certificate 2 of 3 is not by the next one"; "" = each is by the next

    bool operator==(const ChainFacts&) const = default;
};

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
    Shared<ChainFacts> chain = {};

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
    Shared<std::string> former_files = {};
    Shared<std::string> ca_url = {};  // of the CA that gave the live set; "" = nobody recorded it
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
