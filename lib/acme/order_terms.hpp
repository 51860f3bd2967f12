// SPDX-License-Identifier: Apache-2.0
// What an order asks of its certificate beside the names, by what an MD wants and a CA offers: a
// profile (draft-ietf-acme-profiles), an end of its own (RFC 8555 §7.4). Pure.
#pragma once

#include "acme/messages.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::acme {

using std::chrono::sys_seconds;

// What an MD wants.
struct WantedTerms {
    std::string profile;               // MDProfile, in any spelling; "" = as the CA chooses
    bool profile_mandatory = false;    // MDProfileMandatory
    std::chrono::seconds lifetime{0};  // MDCertificateLifetime; 0 = as the CA chooses
};

// The directory's spelling of a profile: names are one, whatever their capitals, to people alone.
std::optional<std::string> offered_profile(const Directory& directory, std::string_view name);

// The profile an order for the names asks for where a directory offers it; "" = none. Addresses are
// certified by short-lived certificates where nothing else is said (CA/Browser Forum BR §6.3.2).
std::string wanted_profile(const WantedTerms& wanted, const std::vector<model::Identifier>& names);

// Throws AcmeError where a mandatory profile is not offered.
OrderTerms terms_at(const Directory& directory, const WantedTerms& wanted,
                    const std::vector<model::Identifier>& names, sys_seconds now);

// What to ask for once the CA refused an order with these terms; nullopt: the refusal stands.
std::optional<OrderTerms> terms_after(const Problem& refusal, OrderTerms refused,
                                      const Directory& directory, const WantedTerms& wanted);

}  // namespace md::acme
