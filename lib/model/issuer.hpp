// SPDX-License-Identifier: Apache-2.0
// One CA as an MD uses it: where it is, how it is reached and what it is told.
#pragma once

#include "model/external_account.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::model {

inline constexpr std::string_view lets_encrypt = "https://acme-v02.api.letsencrypt.org/directory";

// MDOrderRate: so many orders in any such time; 0: as many as there are.
struct OrderRate {
    unsigned orders = 0;
    std::chrono::seconds period{0};

    bool is_limited() const { return orders > 0; }
    bool operator==(const OrderRate&) const = default;
};

struct Issuer {
    std::string directory_url{lets_encrypt};  // which CA it is
    std::string ca_certificate_file;          // MDCACertificateFile; "" = the system's roots
    std::string agreement;                    // MDCertificateAgreement: "", "accepted" or the URL
    std::vector<std::string> contacts;        // MDContactEmail: URIs, "mailto:..."
    std::string http_proxy;  // MDHttpProxy; "" = none; may hold credentials: never logged
    std::string profile;     // MDProfile; "" = the one the CA chooses
    bool profile_mandatory = false;

    // MDExternalAccountBinding: the file it stands in ("" = none), and what it is.
    std::string binding_file;
    std::optional<ExternalAccountBinding> binding;

    bool operator==(const Issuer&) const = default;
};

}  // namespace md::model
