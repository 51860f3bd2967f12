// SPDX-License-Identifier: Apache-2.0
#include "import/ca_directories.hpp"

#include "model/known_authorities.hpp"

namespace md::import {
std::string CaDirectories::directory_of(std::string_view url) const {
    const std::string_view host = model::host_and_port(url);
    if (host.empty())
        return {};
    for (const std::string& directory : given_)
        if (model::host_and_port(directory) == host)
            return directory;
    const model::KnownAuthority* known = model::authority_on(host);
    return known == nullptr ? "" : std::string(known->directory_url);
}

std::string CaDirectories::assumed_for(std::string_view issuer) const {
    if (!given_.empty())
        return given_.front();
    bool is_test = issuer.find("(STAGING)") != std::string_view::npos;
    return std::string(
        model::authority_named(is_test ? "LetsEncrypt-Test" : "LetsEncrypt")->directory_url);
}

}  // namespace md::import
