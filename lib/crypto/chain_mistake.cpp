// SPDX-License-Identifier: Apache-2.0
// Is this chain what was ordered? Asked before anything a CA sent replaces a working certificate.
#include "base/time_text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/owners.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <iterator>

namespace md::crypto {
namespace {

using Mistake = std::optional<std::string>;

std::string joined(const std::vector<model::Identifier>& names) {
    std::string text;
    for (const model::Identifier& name : names)
        text += (text.empty() ? "" : ", ") + name.text();
    return text.empty() ? "no name at all" : text;
}

std::vector<model::Identifier> sorted(std::vector<model::Identifier> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::size_t count_of_san_entries(const Certificate& certificate) {
    GeneralNamesOwner entries(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate.native(), NID_subject_alt_name, nullptr, nullptr)));
    ERR_clear_error();
    return entries ? static_cast<std::size_t>(sk_GENERAL_NAME_num(entries.get())) : 0;
}

Mistake key_mistake(const std::vector<Certificate>& chain, const PrivateKey& key) {
    if (chain.front().has_key(key))
        return std::nullopt;
    for (std::size_t i = 1; i < chain.size(); ++i)
        if (chain[i].has_key(key))
            return "the chain is in the wrong order: our certificate is number " +
                   std::to_string(i + 1) + " of " + std::to_string(chain.size()) +
                   " and has to be the first";
    return "the certificate is for another key than the one of the request";
}

Mistake names_mistake(const Certificate& leaf, const std::vector<model::Identifier>& ordered) {
    std::vector<model::Identifier> names = sorted(leaf.names()), wanted = sorted(ordered);
    if (std::includes(names.begin(), names.end(), wanted.begin(), wanted.end()))
        return std::nullopt;
    return "the certificate is for " + joined(leaf.names()) + ", but " + joined(ordered) +
           " was ordered";
}

Mistake expiry_mistake(const std::vector<Certificate>& chain, sys_seconds now) {
    for (std::size_t i = 0; i < chain.size(); ++i)
        if (chain[i].not_after() <= now)
            return (i == 0 ? "the certificate"
                           : "certificate " + std::to_string(i + 1) + " of the chain, of the CA,") +
                   " expired at " + base::readable_time(chain[i].not_after());
    return std::nullopt;
}

Mistake staple_mistake(const Certificate& leaf, bool wanted) {
    if (leaf.must_staple() == wanted)
        return std::nullopt;
    return wanted ? "the certificate lacks the must-staple feature that was asked for"
                  : "the certificate has the must-staple feature, which was not asked for";
}

Mistake link_mistake(const std::vector<Certificate>& chain) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i)
        if (!chain[i].is_signed_by(chain[i + 1]))
            return "the chain is broken: certificate " + std::to_string(i + 1) + " of " +
                   std::to_string(chain.size()) + " is not signed by the next one";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> chain_mistake(const std::vector<Certificate>& chain,
                                         const OrderedCertificate& ordered, sys_seconds now) {
    if (chain.empty())
        return "the chain is empty";
    if (auto mistake = key_mistake(chain, ordered.key))
        return mistake;
    if (auto mistake = names_mistake(chain.front(), ordered.names))
        return mistake;
    if (auto mistake = expiry_mistake(chain, now))
        return mistake;
    if (auto mistake = staple_mistake(chain.front(), ordered.must_staple))
        return mistake;
    return link_mistake(chain);
}

std::string names_not_ordered(const Certificate& leaf,
                              const std::vector<model::Identifier>& ordered) {
    std::vector<model::Identifier> names = sorted(leaf.names()), wanted = sorted(ordered), more;
    std::set_difference(names.begin(), names.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(more));
    std::string text = more.empty() ? "" : joined(more);
    std::size_t others = count_of_san_entries(leaf) - leaf.names().size();
    if (others > 0)
        text += (text.empty() ? "" : ", ") + std::to_string(others) + " of another kind";
    return text;
}

}  // namespace md::crypto
