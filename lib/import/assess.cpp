// SPDX-License-Identifier: Apache-2.0
#include "import/assess.hpp"

#include "base/error.hpp"
#include "base/time_text.hpp"
#include "crypto/certificate.hpp"

#include <algorithm>

namespace md::import {
namespace {

using model::Identifier;

// In the order found, the one the client calls it by first.
std::vector<Identifier> in_order(std::vector<Identifier> names, const std::string& first) {
    std::vector<Identifier> unique;
    for (Identifier& name : names)
        if (std::find(unique.begin(), unique.end(), name) == unique.end())
            unique.push_back(std::move(name));
    auto wanted = Identifier::parse(first);
    auto place = wanted ? std::find(unique.begin(), unique.end(), *wanted) : unique.end();
    if (place != unique.end())
        std::rotate(unique.begin(), place, place + 1);
    return unique;
}

std::vector<Identifier> recorded_names(const FoundCertificate& found) {
    std::vector<Identifier> names;
    for (const std::string& text : found.names)
        if (auto name = Identifier::parse(text))
            names.push_back(*name);
    return names;
}

std::optional<model::KeySpec> kind_of(const crypto::PrivateKey& key) {
    model::KeySpec spec = key.spec();
    if (spec.type == model::KeySpec::Type::rsa)
        return spec;
    return model::parse_curve(spec.curve) ? std::optional(spec) : std::nullopt;
}

// A certificate further down that is not the issuer of the one above would be served for nothing.
bool is_linked(const std::vector<crypto::Certificate>& chain) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i)
        if (!chain[i].is_signed_by(chain[i + 1]))
            return false;
    return true;
}

void look_at_chain(Assessment& assessed, sys_seconds now) {
    auto chain = crypto::parse_chain(assessed.found->chain_pem);
    const crypto::Certificate& leaf = chain.front();
    if (assessed.names.empty())
        assessed.names = in_order(leaf.names(), assessed.found->name);
    assessed.not_before = leaf.not_before();
    assessed.not_after = leaf.not_after();
    assessed.must_staple = leaf.must_staple();
    for (const crypto::Certificate& certificate : chain)
        assessed.chain_pem += certificate.to_pem();
    auto key = crypto::PrivateKey::from_pem(assessed.found->key_pem.reveal());
    assessed.key = kind_of(key);
    assessed.key_pem = key.to_pem();
    if (!leaf.has_key(key))
        assessed.reason = "its key is that of another certificate";
    else if (!assessed.key)
        assessed.reason = "its key is of a kind that mdcertd does not make";
    else if (!is_linked(chain))
        assessed.reason = "its chain is not one: a certificate in it did not sign the former";
    else if (assessed.not_after <= now)
        assessed.reason = "it has expired on " + base::readable_time(assessed.not_after);
}

}  // namespace

Assessment assess(const FoundCertificate& found, sys_seconds now) {
    Assessment assessed;
    assessed.found = &found;
    assessed.names = in_order(recorded_names(found), found.name);
    try {
        look_at_chain(assessed, now);
    } catch (const base::Error& error) {
        assessed.reason = error.what();
    }
    return assessed;
}

}  // namespace md::import
