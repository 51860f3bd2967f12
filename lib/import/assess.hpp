// SPDX-License-Identifier: Apache-2.0
// One found certificate and its key, looked at: do they belong together, is it good still, for
// which names. Pure.
#pragma once

#include "import/finding.hpp"
#include "model/identifier.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace md::import {

using std::chrono::sys_seconds;

struct Assessment {
    const FoundCertificate* found;
    std::vector<model::Identifier> names;  // the first is what it is called; empty: none
    std::optional<model::KeySpec> key;     // of a kind that mdcertd makes
    base::Secret key_pem;                  // PKCS#8
    std::string chain_pem;                 // the certificates alone
    sys_seconds not_before{}, not_after{};
    bool must_staple = false;
    std::string reason;  // why the certificate is of no use; its names are
};

Assessment assess(const FoundCertificate& found, sys_seconds now);

}  // namespace md::import
