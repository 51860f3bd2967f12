// SPDX-License-Identifier: Apache-2.0
#include "import/authorities.hpp"

namespace md::import {
namespace {

constexpr std::string_view lets_encrypt = "https://acme-v02.api.letsencrypt.org/directory";
constexpr std::string_view lets_encrypt_test =
    "https://acme-staging-v02.api.letsencrypt.org/directory";
constexpr std::string_view known[] = {lets_encrypt,
                                      lets_encrypt_test,
                                      "https://acme.zerossl.com/v2/DV90",
                                      "https://dv.acme-v02.api.pki.goog/directory",
                                      "https://dv.acme-v02.test-api.pki.goog/directory",
                                      "https://api.buypass.com/acme/directory",
                                      "https://api.test4.buypass.no/acme/directory",
                                      "https://acme.ssl.com/sslcom-dv-rsa",
                                      "https://acme.ssl.com/sslcom-dv-ecc"};

std::string_view host_of(std::string_view url) {
    auto begin = url.find("://");
    if (begin != std::string_view::npos)
        url.remove_prefix(begin + 3);
    return url.substr(0, url.find('/'));
}

}  // namespace

std::string Authorities::directory_of(std::string_view url) const {
    const std::string_view host = host_of(url);
    if (host.empty())
        return {};
    for (const std::string& directory : given_)
        if (host_of(directory) == host)
            return directory;
    for (std::string_view directory : known)
        if (host_of(directory) == host)
            return std::string(directory);
    return {};
}

std::string Authorities::assumed_for(std::string_view issuer) const {
    if (!given_.empty())
        return given_.front();
    bool is_test = issuer.find("(STAGING)") != std::string_view::npos;
    return std::string(is_test ? lets_encrypt_test : lets_encrypt);
}

}  // namespace md::import
