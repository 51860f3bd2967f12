// SPDX-License-Identifier: Apache-2.0
// Some clients keep no more of a CA than its host, or nothing at all. Which directory that is: one
// that was given (--ca), or a CA that everybody knows. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace md::import {

class CaDirectories {
public:
    explicit CaDirectories(std::vector<std::string> given = {}) : given_(std::move(given)) {}

    // The directory of the CA that such a URL (of an account, of a certificate) or bare
    // "host[:port]" belongs to; "" when it is not known.
    std::string directory_of(std::string_view url) const;
    // For a client that keeps nothing: the one that was given, else Let's Encrypt, whose test CA
    // writes "(STAGING)" into what it issues.
    std::string assumed_for(std::string_view issuer) const;

private:
    std::vector<std::string> given_;
};

}  // namespace md::import
