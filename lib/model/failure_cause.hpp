// SPDX-License-Identifier: Apache-2.0
// What was in the way of an attempt, where it is known and no problem type of the CA says it: what
// a person can do is chosen by it (admin/advice), and whether an order is kept
// (schedule/aftermath). Stored in job.json.
#pragma once

#include <optional>
#include <string_view>

namespace md::model {

enum class FailureCause {
    none,                   // none of these, or not known
    answer_not_understood,  // the CA's answer is not what RFC 8555 says it is
    ca_file,                // MDCACertificateFile is missing, not readable, or no PEM
    ca_untrusted,           // the CA's TLS certificate is not trusted
    ca_other_host,          // ... is for another name
    ca_outdated,            // ... has expired, or is not valid yet: its fault, or our clock's
    ca_no_address,          // the CA's name does not resolve
    ca_unreachable,         // no connection to the CA
    proxy,                  // MDHttpProxy cannot be reached, or refuses
    no_directory,           // what MDCertificateAuthority names is no ACME directory
    redirected,             // the CA leads elsewhere
    disk_full,
    disk_read_only,
    store_rights,         // the store belongs to somebody else
    no_port,              // no port that a proof needs is open here
    certificate_expired,  // the new certificate has expired already: our clock, or the CA's
    certificate_ahead,    // the new certificate is not valid yet: our clock, or the CA's
};

// "ca-untrusted"; "" for none.
std::string_view word(FailureCause cause);
std::optional<FailureCause> failure_cause_named(std::string_view word);

}  // namespace md::model
