// SPDX-License-Identifier: Apache-2.0
#include "drive/served_check.hpp"

#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <algorithm>

namespace md::drive {
namespace {

// A visitor's name: of a wildcard, one that it covers.
std::string name_to_ask(const model::ManagedDomain& domain) {
    const std::string& name = domain.name();
    return name.starts_with("*.") ? "www" + name.substr(1) : name;
}

bool is_one_of(const model::CertificateFacts& shown,
               const std::vector<model::CertificateFacts>& certificates) {
    return std::any_of(certificates.begin(), certificates.end(),
                       [&](const auto& held) { return held.fingerprint == shown.fingerprint; });
}

std::string described(const model::CertificateFacts& shown) {
    std::string names;
    for (std::size_t i = 0; i < shown.names.size() && i < 3; ++i)
        names += (names.empty() ? "" : ", ") + shown.names[i].text();
    if (shown.names.size() > 3)
        names += " and more";
    return "shows another certificate: for " + (names.empty() ? "no name" : names) +
           ", valid from " + base::readable_time(shown.not_before) + " until " +
           base::readable_time(shown.not_after) + ", issued by " + base::printable(*shown.issuer);
}

}  // namespace

base::Task<std::string> what_is_served(http::ServedProbe& probe, model::ManagedDomain domain,
                                       std::vector<model::CertificateFacts> certificates) {
    for (const model::ServedAt& place : domain.settings->served_at) {
        std::string trouble;
        auto looking = probe.look(place, name_to_ask(domain));
        try {
            model::CertificateFacts shown = co_await std::move(looking);
            if (!is_one_of(shown, certificates))
                trouble = " " + described(shown);
        } catch (const base::Error& error) {
            trouble = ": " + base::printable(error.what());
        }
        if (!trouble.empty())
            co_return place.place() + trouble;
    }
    co_return "";
}

}  // namespace md::drive
