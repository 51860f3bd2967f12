// SPDX-License-Identifier: Apache-2.0
// What openssl reads in an installed certificate.
#pragma once

#include "site.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace md::test {

// As a person reads it: "Public-Key: (3072 bit)", "NIST CURVE: P-384", ... Suffix as KeySpec's.
inline std::string certificate_text(const Site& site, const std::string& md,
                                    const std::string& suffix = "") {
    const auto outcome = run_command({{"openssl", "x509", "-noout", "-text", "-in",
                                       site.live(md, "pubcert" + suffix + ".pem").string()}});
    if (outcome.status != 0)
        throw std::runtime_error("openssl x509: " + outcome.errors);
    return outcome.output;
}

// The names of its subjectAltName, sorted.
inline std::vector<std::string> certificate_names(const Site& site, const std::string& md,
                                                  const std::string& suffix = "") {
    std::istringstream words(certificate_text(site, md, suffix));
    std::vector<std::string> names;
    for (std::string word; words >> word;)
        if (word.starts_with("DNS:"))
            names.push_back(word.substr(4, word.find(',') - 4));
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace md::test
