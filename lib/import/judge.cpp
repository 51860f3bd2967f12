// SPDX-License-Identifier: Apache-2.0
#include "import/judge.hpp"

#include "base/error.hpp"
#include "base/time_text.hpp"
#include "crypto/certificate.hpp"

#include <algorithm>

namespace md::import {
namespace {

using model::DomainName;

// In the order found, the one the client calls it by first.
std::vector<DomainName> in_order(std::vector<DomainName> names, const std::string& first) {
    std::vector<DomainName> unique;
    for (DomainName& name : names)
        if (std::find(unique.begin(), unique.end(), name) == unique.end())
            unique.push_back(std::move(name));
    auto wanted = DomainName::parse(first);
    auto place = wanted ? std::find(unique.begin(), unique.end(), *wanted) : unique.end();
    if (place != unique.end())
        std::rotate(unique.begin(), place, place + 1);
    return unique;
}

std::vector<DomainName> recorded_names(const FoundCertificate& found) {
    std::vector<DomainName> names;
    for (const std::string& text : found.names)
        if (auto name = DomainName::parse(text))
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

void look_at_chain(Judged& judged, sys_seconds now) {
    auto chain = crypto::parse_chain(judged.found->chain_pem);
    const crypto::Certificate& leaf = chain.front();
    if (judged.names.empty())
        judged.names = in_order(leaf.names(), judged.found->name);
    judged.not_before = leaf.not_before();
    judged.not_after = leaf.not_after();
    judged.must_staple = leaf.must_staple();
    for (const crypto::Certificate& certificate : chain)
        judged.chain_pem += certificate.to_pem();
    auto key = crypto::PrivateKey::from_pem(judged.found->key_pem.reveal());
    judged.key = kind_of(key);
    judged.key_pem = key.to_pem();
    if (!leaf.has_key(key))
        judged.shortcoming = "its key is that of another certificate";
    else if (!judged.key)
        judged.shortcoming = "its key is of a kind that mdcertd does not make";
    else if (!is_linked(chain))
        judged.shortcoming = "its chain is not one: a certificate in it did not sign the former";
    else if (judged.not_after <= now)
        judged.shortcoming = "it has expired on " + base::readable_time(judged.not_after);
}

}  // namespace

Judged judge(const FoundCertificate& found, sys_seconds now) {
    Judged judged;
    judged.found = &found;
    judged.names = in_order(recorded_names(found), found.name);
    try {
        look_at_chain(judged, now);
    } catch (const base::Error& error) {
        judged.shortcoming = error.what();
    }
    return judged;
}

}  // namespace md::import
