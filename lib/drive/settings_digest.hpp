// SPDX-License-Identifier: Apache-2.0
// Digests of settings, kept beside what came of them, so that a later start or reload can tell
// whether somebody has changed them since. Never 0.
#pragma once

#include "base/secret.hpp"
#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <cstdint>

namespace md::drive {

// Of all that an attempt at the MD depends on, the state of the file of CA certificates included.
// The settings may hold a password, and job.json is open to all: hence a key.
std::uint64_t attempt_digest(const model::ServerSettings& server,
                             const model::ManagedDomain& wanted, const base::Secret& key);

// Of what is asked of the certificate alone.
std::uint64_t certificate_digest(const model::ManagedDomain& wanted);

// What was observed, as the present settings have it: a failure that depended on others delays no
// more (but for one early attempt an hour, and for a Retry-After of the same CA). `changed`:
// whether the settings did, where the failure does not know its own.
void apply_settings(model::ObservedDomain& held, const model::ServerSettings& server,
                    const model::ManagedDomain& wanted, const base::Secret& key,
                    std::chrono::sys_seconds now, bool changed = false);

}  // namespace md::drive
