// SPDX-License-Identifier: Apache-2.0
// What a live certificate is, and how the live set came about. Shared by all nodes; the second half
// is stored in domains/NAME/job.json.
#pragma once

#include "model/fingerprint.hpp"
#include "model/identifier.hpp"
#include "model/key_spec.hpp"
#include "model/optional_time.hpp"
#include "model/shared.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace md::model {

using std::chrono::sys_seconds;

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
    std::vector<Identifier> names;  // dNSNames and iPAddresses of the SAN
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

// How the live set came about, for as long as there is one: every renewal hands the renewals on.
struct CertificateState {
    static constexpr std::size_t most_renewals = 3;

    bool recorded = false;              // a job that finished has made it
    unsigned chain_length = 0;          // as the CA gave it, without roots; 0 = not known
    OptionalTime last_run;              // when that began
    OptionalTime valid_from;            // of its certificates
    std::vector<sys_seconds> started;   // when the attempts began that led to it, oldest first
    Shared<std::string> ca_url;         // of the CA that gave it; "" = it is not recorded
    std::vector<sys_seconds> renewals;  // when a set replaced another; the last ones, oldest first
    std::chrono::seconds lifetime{0};   // of the certificate that lives shortest
    std::uint64_t settings = 0;         // digest of what is asked of the certificate; 0 = not known
    Shared<std::string> profile;        // of the CA's, by which it was issued; "" = not known
    // The rule by which the set was due again when it was new, and until when it is left alone;
    // "" = it was not due.
    Shared<std::string> due_by;
    OptionalTime wait_until;

    void renewed(sys_seconds at) {
        renewals.push_back(at);
        if (renewals.size() > most_renewals)
            renewals.erase(renewals.begin());
    }
    bool operator==(const CertificateState&) const = default;
};

}  // namespace md::model
