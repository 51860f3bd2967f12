// SPDX-License-Identifier: Apache-2.0
// What can be found out from this machine before a certificate is ordered: whether the CA is there,
// whether its terms are agreed to, whether the clocks agree, whether our answers come back through
// each address of each name, whether CAA allows the CA. Findings are advice: the view of a CA from
// outside may differ.
#pragma once

#include "base/clock.hpp"
#include "drive/authorities.hpp"
#include "model/managed_domain.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace md::drive {

struct Finding {
    bool is_good = true;
    std::string text;    // what was found
    std::string advice;  // what to do about it, where it is not good
};
using OnFinding = std::function<void(const Finding&)>;

// What the daemon answers for this token at present, for whichever name.
struct PostedProof {
    std::string token, key_authorization;
};

struct SurveyedCa {
    bool is_there = false;
    std::vector<std::string> caa_identities;
};

// One CA, as an MD reaches it. Never throws for what it finds.
base::Task<SurveyedCa> survey_ca(TransportFor transport_for, model::Issuer issuer,
                                 const base::Clock& clock, OnFinding found);

// The proof, asked for on port 80 (of tests: another) of each address of the name.
base::Task<void> survey_port_80(model::DomainName name, PostedProof proof, OnFinding found,
                                std::uint16_t port = 80);

// The proof, asked for on a local port, as what MDPortMap maps port 80 to.
base::Task<void> survey_local_port(std::string address, std::uint16_t port, PostedProof proof,
                                   OnFinding found);

// Whether CAA records keep this CA from issuing for the name. Blocks for the name server.
void survey_caa(const model::DomainName& name, const SurveyedCa& ca, const OnFinding& found);
}  // namespace md::drive
