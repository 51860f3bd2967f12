// SPDX-License-Identifier: Apache-2.0
// The status of one managed domain as JSON, and what people are told read from that: at a daemon's
// side one is written, at the other side of its socket one is read. Pure.
#pragma once

#include "admin/domain_status.hpp"

#include <nlohmann/json_fwd.hpp>

namespace md::admin {

// mod_md's md-status keys (reference part 2.15) plus ours; times are HTTP dates.
nlohmann::json domain_json(const DomainStatus& status);

// Of whatever a daemon of this or another version has told: what is absent, or of another type, is
// nothing. Without the log, which is not read from there.
DomainStatus read_domain(const nlohmann::json& told);
// The "managed-domains" of a whole status.
std::vector<DomainStatus> read_domains(const nlohmann::json& told);

}  // namespace md::admin
