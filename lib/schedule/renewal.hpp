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

// The window that applies to a certificate of this lifetime: the configured one; half of the
// lifetime where that is as long as the whole; never more than nine tenths, since CAs date
// certificates back and a new one would be due at once, for ever.
std::chrono::seconds applied_window(std::chrono::seconds lifetime, const model::Window& window);

// Until when a server can show it: the end of the certificate, or of an issuing one in its file
// where that comes first.
sys_seconds usable_until(const model::CertificateFacts& certificate);

// usable_until - applied window.
sys_seconds renew_at(const model::CertificateFacts& certificate, const model::Window& window);

// Why the held certificates do not satisfy the MD, in words for people ("the P-256 certificate is
// missing", "it does not cover www.example.org", "must-staple is on, the certificate has it off",
// "its intermediate certificate is missing"), or nullopt when they do. Expiry is not looked at, nor
// are superfluous names and the size of an RSA key. A key type is the file it is kept in, as for
// mod_md: another spelling of a curve is another file, and the web server's configuration names
// that one.
std::optional<std::string> reason_incomplete(const model::ManagedDomain& wanted,
                                             const model::ObservedDomain& held);

// Whether the live set is of a CA that the MD does not name, as far as that was recorded.
bool is_of_another_ca(const model::ManagedDomain& wanted, const model::ObservedDomain& held);

// Until when all certificates the MD asks for are usable; nullopt when one is missing.
std::optional<sys_seconds> valid_until(const model::ManagedDomain& wanted,
                                       const model::ObservedDomain& held);

// When the last tenth of the life of what is held begins: from then on its renewal is urgent.
// nullopt when one is missing.
std::optional<sys_seconds> deadline(const model::ManagedDomain& wanted,
                                    const model::ObservedDomain& held);

// The held certificate for this key, or nullptr.
const model::CertificateFacts* find_certificate(const model::ObservedDomain& held,
                                                const model::KeySpec& key);

}  // namespace md::schedule
