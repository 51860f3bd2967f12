// SPDX-License-Identifier: Apache-2.0
// What can be found out from this machine before a certificate is ordered: whether the CA is there,
// whether its terms are agreed to, whether the clocks agree, whether our answers come back through
// each address of each name, whether CAA allows the CA. Findings are advice: the view of a CA from
// outside may differ.
#pragma once

#include "base/clock.hpp"
#include "drive/ca_sessions.hpp"
#include "model/managed_domain.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace md::drive {

struct Check {
    bool is_good = true;
    std::string text;    // what was found
    std::string advice;  // what to do about it, where it is not good
};
using Checks = std::vector<Check>;

// What the daemon answers for this token at present, for whichever name.
struct SelfTestToken {
    std::string token, key_authorization;
};

struct PreflightCa {
    bool is_there = false;
    std::vector<std::string> caa_identities;
    Checks checks;
};

// One CA, as an MD reaches it. Never throws for what it finds.
base::Task<PreflightCa> check_ca(TransportFor transport_for, model::Issuer issuer,
                                 const base::Clock& clock);

// The proof, asked for on port 80 (of tests: another) of each address of the name.
base::Task<Checks> check_port_80(model::Identifier name, SelfTestToken proof,
                                 std::uint16_t port = 80);

// The proof, asked for on a local port, as what MDPortMap maps port 80 to.
base::Task<Check> check_local_port(std::string address, std::uint16_t port, SelfTestToken proof);

// Whether CAA records keep this CA from issuing for the name. Blocks for the name server.
Check check_caa(const model::Identifier& name, const PreflightCa& ca);

}  // namespace md::drive
