// SPDX-License-Identifier: Apache-2.0
#include "schedule/renewal.hpp"

#include "model/known_authorities.hpp"

#include <algorithm>
#include <vector>

namespace md::schedule {
namespace {

using namespace std::chrono_literals;
using model::CertificateFacts;
using model::KeySpec;

// RSA keys of every size share one file.
bool same_file(const KeySpec& a, const KeySpec& b) {
    return a.file_suffix() == b.file_suffix();
}

std::string missing(const KeySpec& key, const model::ObservedDomain& held) {
    std::string text =
        "the " + (key.type == KeySpec::Type::rsa ? "RSA" : key.name()) + " certificate is missing";
    for (const CertificateFacts& other : held.certificates)
        if (other.key.type == key.type && other.key.canonical_curve() == key.canonical_curve())
            text += " (the same curve is held as " + other.key.name() + ", in a file of that name)";
    if (!held.damage->empty())
        text += " (" + *held.damage + ")";
    return text;
}

std::string not_covered(const std::vector<std::string>& names) {
    constexpr std::size_t most_shown = 3;
    std::string text = "it does not cover ";
    for (std::size_t i = 0; i < names.size() && i < most_shown; ++i)
        text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > most_shown)
        text += " and " + std::to_string(names.size() - most_shown) + " more";
    return text;
}

// Nothing tells a CA that signs with its root from a file that was cut, but that the CA gave more
// before.
std::optional<std::string> chain_shortcoming(const CertificateFacts& certificate,
                                             const model::ObservedDomain& held) {
    const model::ChainFacts& chain = *certificate.chain;
    if (!chain.flaw.empty())
        return chain.flaw;
    unsigned given = held.state.chain_length;
    bool is_cut = given > 0 ? chain.length < given : chain.size == 1 && chain.length == 1;
    if (is_cut)
        return "its intermediate certificate is missing";
    return std::nullopt;
}

std::optional<std::string> shortcoming_of(const model::ManagedDomain& wanted,
                                          const CertificateFacts& certificate) {
    std::vector<std::string> uncovered;
    for (const model::Member& member : wanted.members)
        if (std::none_of(certificate.names.begin(), certificate.names.end(),
                         [&](const auto& name) { return name.covers(member.name); }))
            uncovered.push_back(member.name.text());
    if (!uncovered.empty())
        return not_covered(uncovered);
    if (wanted.settings->must_staple && !certificate.must_staple)
        return "must-staple is on, the certificate has it off";
    if (!wanted.settings->must_staple && certificate.must_staple)
        return "must-staple is off, the certificate has it on";
    return std::nullopt;
}

// The earliest of such a time of each certificate the MD asks for; nullopt when one is missing.
template <typename TimeOf>
std::optional<sys_seconds> earliest(const model::ManagedDomain& wanted,
                                    const model::ObservedDomain& held, TimeOf time_of) {
    std::optional<sys_seconds> result;
    for (const KeySpec& key : wanted.settings->keys) {
        const CertificateFacts* certificate = find_certificate(held, key);
        if (certificate == nullptr)
            return std::nullopt;
        sys_seconds time = time_of(*certificate);
        result = std::min(result.value_or(time), time);
    }
    return result;
}

}  // namespace

std::chrono::seconds applied_window(std::chrono::seconds lifetime, const model::Window& window) {
    lifetime = std::max(lifetime, 0s);
    std::chrono::seconds configured = std::max(window.of(lifetime), 0s);
    if (configured >= lifetime)
        return lifetime / 2;
    return std::min(configured, lifetime - lifetime / 10);
}

sys_seconds usable_until(const CertificateFacts& certificate) {
    return std::min(certificate.not_after,
                    certificate.chain->not_after.value_or(certificate.not_after));
}

sys_seconds renew_at(const CertificateFacts& certificate, const model::Window& window) {
    return usable_until(certificate) - applied_window(certificate.lifetime(), window);
}

const CertificateFacts* find_certificate(const model::ObservedDomain& held, const KeySpec& key) {
    for (const CertificateFacts& certificate : held.certificates)
        if (same_file(certificate.key, key))
            return &certificate;
    return nullptr;
}

std::optional<std::string> reason_incomplete(const model::ManagedDomain& wanted,
                                             const model::ObservedDomain& held) {
    for (const KeySpec& key : wanted.settings->keys) {
        const CertificateFacts* certificate = find_certificate(held, key);
        if (certificate == nullptr)
            return missing(key, held);
        if (auto why = shortcoming_of(wanted, *certificate))
            return why;
        if (auto why = chain_shortcoming(*certificate, held))
            return why;
    }
    return std::nullopt;
}

bool is_of_another_ca(const model::ManagedDomain& wanted, const model::ObservedDomain& held) {
    const auto& issuers = wanted.settings->issuers;
    return !held.state.ca_url->empty() && !held.certificates.empty() &&
           std::none_of(issuers.begin(), issuers.end(), [&](const model::Issuer& issuer) {
               return model::same_authority(issuer.directory_url, *held.state.ca_url);
           });
}

std::optional<sys_seconds> valid_until(const model::ManagedDomain& wanted,
                                       const model::ObservedDomain& held) {
    return earliest(wanted, held, usable_until);
}

std::optional<sys_seconds> deadline(const model::ManagedDomain& wanted,
                                    const model::ObservedDomain& held) {
    return earliest(wanted, held, [](const auto& certificate) {
        return usable_until(certificate) - certificate.lifetime() / 10;
    });
}

}  // namespace md::schedule
