// SPDX-License-Identifier: Apache-2.0
// Looks at every place of MDServedAt and compares what is shown with what is held.
#pragma once

#include "http/served_probe.hpp"
#include "model/managed_domain.hpp"
#include "model/observed_state.hpp"

#include <string>
#include <vector>

namespace md::drive {

// "" when each place shows one of the certificates; else what the first one that does not shows:
// "HOST:PORT shows another certificate: ...", "HOST:PORT: connection refused".
base::Task<std::string> what_is_served(http::ServedProbe& probe, model::ManagedDomain domain,
                                       std::vector<model::CertificateFacts> certificates);

}  // namespace md::drive
