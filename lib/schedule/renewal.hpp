// SPDX-License-Identifier: Apache-2.0
// When a certificate is to be renewed, and whether what is held satisfies what is asked. Pure.
#pragma once

#include "model/managed_domain.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace md::schedule {

using std::chrono::sys_seconds;

// notAfter - window of the lifetime; never before notBefore (a window longer than the lifetime
// renews at half of it, lest it renews for ever).
sys_seconds renew_at(const model::CertificateFacts& certificate, const model::Window& window);

// Why the held certificates do not satisfy the MD, in words for people ("the P-256 certificate is
// missing", "it does not cover www.example.org", "must-staple is on, the certificate has it off"),
// or nullopt when they do. Expiry is not looked at.
std::optional<std::string> shortcoming(const model::ManagedDomain& wanted,
                                       const model::ObservedDomain& held);

// The earliest notAfter of the certificates the MD asks for; nullopt when one is missing.
std::optional<sys_seconds> valid_until(const model::ManagedDomain& wanted,
                                       const model::ObservedDomain& held);

}  // namespace md::schedule
