// SPDX-License-Identifier: Apache-2.0
#include "acme/order_terms.hpp"

#include "acme/error.hpp"
#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace md::acme {
namespace {

constexpr std::string_view profile_of_addresses = "shortlived";

// Refusals with these types are for something else than the terms of an order.
constexpr std::array<std::string_view, 8> other_matters = {
    "rateLimited",        "badNonce",           "accountDoesNotExist",   "externalAccountRequired",
    "userActionRequired", "rejectedIdentifier", "unsupportedIdentifier", "invalidProfile"};

bool may_be_for_terms(const Problem& refusal) {
    const bool is_overload = refusal.status == 429 || refusal.status > 500;
    return !is_overload && refusal.subproblems.empty() &&
           std::find(other_matters.begin(), other_matters.end(), refusal.acme_word()) ==
               other_matters.end();
}

std::string names_of(const std::vector<Profile>& profiles) {
    std::string names;
    for (const Profile& profile : profiles)
        names += (names.empty() ? "" : ", ") + masked(profile.name, 80);
    return names.empty() ? "none" : names;
}

}  // namespace

std::optional<std::string> offered_profile(const Directory& directory, std::string_view name) {
    for (const Profile& profile : directory.profiles)
        if (profile.name == name)
            return profile.name;
    for (const Profile& profile : directory.profiles)
        if (base::lower(profile.name) == base::lower(name))
            return profile.name;
    return std::nullopt;
}

std::string wanted_profile(const WantedTerms& wanted, const std::vector<model::Identifier>& names) {
    const bool has_address =
        std::any_of(names.begin(), names.end(), [](const auto& name) { return name.is_ip(); });
    return wanted.profile.empty() && has_address ? std::string(profile_of_addresses)
                                                 : wanted.profile;
}

OrderTerms terms_at(const Directory& directory, const WantedTerms& wanted,
                    const std::vector<model::Identifier>& names, sys_seconds now) {
    OrderTerms terms;
    const std::string profile = wanted_profile(wanted, names);
    if (!profile.empty())
        terms.profile = offered_profile(directory, profile).value_or("");
    if (terms.profile.empty() && !wanted.profile.empty() && wanted.profile_mandatory)
        throw AcmeError(
            "the CA does not offer the profile " + wanted.profile +
                ", which MDProfileMandatory asks for; it offers: " + names_of(directory.profiles),
            model::FailureClass::permanent);
    if (wanted.lifetime.count() > 0)
        terms.not_after = now + wanted.lifetime;
    return terms;
}

std::optional<OrderTerms> terms_after(const Problem& refusal, OrderTerms refused,
                                      const Directory& directory, const WantedTerms& wanted) {
    if (refusal.is("invalidProfile") && !refused.profile.empty()) {
        auto offered = offered_profile(directory, refused.profile);
        const bool is_respelled = offered && *offered != refused.profile;
        const bool is_mandatory = !wanted.profile.empty() && wanted.profile_mandatory;
        if (!is_respelled && is_mandatory)
            return std::nullopt;
        refused.profile = is_respelled ? *offered : "";
        return refused;
    }
    if (!refused.not_after || !may_be_for_terms(refusal))
        return std::nullopt;
    refused.not_after = std::nullopt;
    return refused;
}

}  // namespace md::acme
