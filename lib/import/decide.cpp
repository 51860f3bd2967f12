// SPDX-License-Identifier: Apache-2.0
#include "import/decide.hpp"

#include "base/time_text.hpp"
#include "base/url.hpp"
#include "config/values.hpp"
#include "import/assess.hpp"
#include "model/known_authorities.hpp"

#include <algorithm>
#include <map>

namespace md::import {
namespace {

using model::Identifier;
using model::KeySpec;

bool same_file(const KeySpec& one, const KeySpec& other) {
    return one.type == other.type && one.canonical_curve() == other.canonical_curve();
}

// What keeps mdcertd from proving the names; "" when nothing does.
std::string reason_no_proof(const Assessment& assessed) {
    for (const Identifier& name : assessed.names)
        if (name.is_wildcard())
            return name.text() + " is proven by dns-01 only";
    return assessed.found->by_dns ? "its names were proven by dns-01" : "";
}

class Choice {
public:
    Choice(const Found& found, const Present& present) : found_(found), present_(present) {
        decision_.left = found.troubles;
    }

    void take(Assessment& assessed);
    void take_accounts();
    Decision done();

private:
    void leave(const Assessment& assessed, std::string why) {
        decision_.left.push_back({assessed.found->source, std::move(why)});
    }
    const model::ManagedDomain* configured_for(const Assessment& assessed,
                                               std::string& reason) const;
    TakenDomain* neighbour_of(const Assessment& assessed, std::string& name);
    void join(TakenDomain& domain, Assessment& assessed);
    bool is_present(const FoundAccount& account) const;
    bool is_taken_elsewhere(const FoundAccount& account) const;
    std::string reason_against(const FoundAccount& account) const;
    void begin(Assessment& assessed, const model::ManagedDomain* configured);
    bool add_certificate(TakenDomain& domain, Assessment& assessed);

    const Found& found_;
    const Present& present_;
    Decision decision_;
    std::map<std::string, std::size_t> owners_;  // name -> place in decision_.domains
};

// The managed domain that has all of the names; or, when one has some of them, what is in the way.
const model::ManagedDomain* Choice::configured_for(const Assessment& assessed,
                                                   std::string& reason) const {
    for (const model::ManagedDomain& domain : present_.desired.domains) {
        auto has = [&](const Identifier& name) { return domain.covers(name); };
        auto shared = std::find_if(assessed.names.begin(), assessed.names.end(), has);
        if (shared == assessed.names.end())
            continue;
        if (std::all_of(assessed.names.begin(), assessed.names.end(),
                        [&](const Identifier& name) { return domain.covers(name); }))
            return &domain;
        reason = shared->text() + " is in the managed domain " + domain.name() + " (" +
                 domain.origin.text() +
                 ") already: give that one all of the names, or take it out and import again";
    }
    return nullptr;
}

// The domain taken before that shares a name.
TakenDomain* Choice::neighbour_of(const Assessment& assessed, std::string& shared) {
    for (const Identifier& name : assessed.names) {
        shared = name.text();
        auto owner = owners_.find(shared);
        if (owner != owners_.end())
            return &decision_.domains[owner->second];
    }
    return nullptr;
}

// Whether the domain has its kind of key from now on; where not, it is left and named.
bool Choice::add_certificate(TakenDomain& domain, Assessment& assessed) {
    if (!assessed.reason.empty()) {
        leave(assessed, assessed.reason + ": its names are taken, their certificate is ordered");
        if (assessed.key)
            domain.keys.push_back(*assessed.key);
        return false;
    }
    KeySpec spec = *assessed.key;
    if (domain.configured != nullptr) {
        const auto& keys = domain.configured->settings->keys;
        auto wanted = std::find_if(keys.begin(), keys.end(),
                                   [&](const KeySpec& key) { return same_file(key, spec); });
        if (wanted == keys.end()) {
            leave(assessed, "its key is " + spec.text() + ", MDPrivateKeys asks for another kind");
            return false;
        }
        spec = *wanted;
    }
    domain.keys.push_back(spec);
    domain.must_staple = assessed.must_staple;
    if (!domain.is_held)
        domain.live.push_back({spec, std::move(assessed.key_pem), std::move(assessed.chain_pem),
                               assessed.not_before, assessed.not_after});
    return true;
}

// The same names once more: another kind of key is welcome, else the one before lasts longer.
void Choice::join(TakenDomain& domain, Assessment& assessed) {
    bool is_new_kind = assessed.reason.empty() &&
                       std::none_of(domain.keys.begin(), domain.keys.end(),
                                    [&](const auto& key) { return same_file(key, *assessed.key); });
    if (is_new_kind) {
        if (add_certificate(domain, assessed))
            domain.sources.push_back(assessed.found->source);
        return;
    }
    std::string why = assessed.reason.empty() ? "it has the names of "
                                              : assessed.reason + ", and it has the names of ";
    leave(assessed, why + domain.sources.front() + ", which is taken, since it lasts longer");
}

void Choice::begin(Assessment& assessed, const model::ManagedDomain* configured) {
    TakenDomain domain;
    domain.names = assessed.names;
    domain.found = assessed.found;
    domain.sources = {assessed.found->source};
    domain.configured = configured;
    domain.is_held = present_.certified.contains(domain.name());
    for (const Identifier& name : domain.names)
        owners_[name.text()] = decision_.domains.size();
    if (domain.is_held)
        leave(assessed, "the store has a certificate for " + domain.name() +
                            " already, which is left as it is");
    if (!domain.is_held || assessed.reason.empty())
        add_certificate(domain, assessed);
    decision_.domains.push_back(std::move(domain));
}

void Choice::take(Assessment& assessed) {
    if (assessed.names.empty()) {
        leave(assessed, assessed.reason.empty() ? "it has no DNS name" : assessed.reason);
        return;
    }
    if (std::string why = reason_no_proof(assessed); !why.empty()) {
        decision_.unprovable.push_back({assessed.found->source, std::move(why)});
        return;
    }
    std::string reason, shared;
    const model::ManagedDomain* configured = configured_for(assessed, reason);
    TakenDomain* neighbour = neighbour_of(assessed, shared);
    auto is_taken = [&](const Identifier& name) {
        auto owner = owners_.find(name.text());
        return owner != owners_.end() && &decision_.domains[owner->second] == neighbour;
    };
    auto sibling = std::find_if(decision_.domains.begin(), decision_.domains.end(),
                                [&](const TakenDomain& domain) {
                                    return configured != nullptr && domain.configured == configured;
                                });
    if (configured == nullptr && !reason.empty())
        leave(assessed, reason);
    else if (neighbour == nullptr && sibling != decision_.domains.end())
        leave(assessed, sibling->sources.front() + " is taken for the managed domain " +
                            configured->name() + ", which has its names too");
    else if (neighbour == nullptr)
        begin(assessed, configured);
    else if (assessed.names.size() == neighbour->names.size() &&
             std::all_of(assessed.names.begin(), assessed.names.end(), is_taken))
        join(*neighbour, assessed);
    else
        leave(assessed, shared + " is in " + neighbour->sources.front() +
                            " too, and a name can be in one managed domain only: it is not renewed "
                            "any more unless you add its other names to " +
                            neighbour->name() + ", or give them a ManagedDomain of their own");
}

// One that is begun in the store gives way to one that is registered.
bool Choice::is_present(const FoundAccount& account) const {
    auto held = present_.accounts.find(base::Url::parse(account.ca_url)->text());
    return held != present_.accounts.end() && (held->second || account.url.empty());
}

// Why an account is not taken; "" when it is.
std::string Choice::reason_against(const FoundAccount& account) const {
    auto ca = base::Url::parse(account.ca_url);
    if (!ca || !is_plain(account.ca_url))
        return "the address of its CA is none";
    if (model::spoke_acme_v1(ca->host()))
        return "its CA spoke a protocol that has ended (ACME v1)";
    if (is_present(account))
        return "the store has an account at " + ca->text() + " already, which is kept";
    for (const FoundAccount* taken : decision_.accounts)
        if (taken->ca_url == account.ca_url)
            return "one account is used at each CA, and " + taken->source + " is taken";
    return {};
}

// certbot has the folder of the protocol of today lead to that of the former one.
bool Choice::is_taken_elsewhere(const FoundAccount& account) const {
    return std::any_of(
        decision_.accounts.begin(), decision_.accounts.end(),
        [&](const FoundAccount* taken) { return taken->key.same_key_as(account.key); });
}

// One account for each CA: the one that most of what is taken was issued to.
void Choice::take_accounts() {
    std::map<std::string, std::size_t> uses;
    for (const TakenDomain& domain : decision_.domains)
        ++uses[domain.found->account];
    std::vector<const FoundAccount*> wanted;
    for (const FoundAccount& account : found_.accounts)
        wanted.push_back(&account);
    std::stable_sort(wanted.begin(), wanted.end(), [&](const auto* one, const auto* other) {
        return std::pair(uses[one->source], !one->url.empty()) >
               std::pair(uses[other->source], !other->url.empty());
    });
    std::map<const FoundAccount*, std::string> reasons;
    for (const FoundAccount* account : wanted) {
        reasons[account] = reason_against(*account);
        if (reasons[account].empty())
            decision_.accounts.push_back(account);
    }
    for (const auto& [account, why] : reasons)
        if (!why.empty() && !is_taken_elsewhere(*account))
            decision_.left.push_back({account->source, why});
}

Decision Choice::done() {
    std::sort(
        decision_.domains.begin(), decision_.domains.end(),
        [](const TakenDomain& one, const TakenDomain& other) { return one.name() < other.name(); });
    return std::move(decision_);
}

// As MDContactEmail takes them.
std::vector<std::string> usable_contacts(const FoundCertificate& found) {
    constexpr std::size_t most = 16;
    std::vector<std::string> contacts;
    for (const std::string& text : found.contacts) {
        auto contact = config::parse_contact(text);
        if (is_plain(text) && contact && contacts.size() < most &&
            std::find(contacts.begin(), contacts.end(), *contact) == contacts.end())
            contacts.push_back(*contact);
    }
    return contacts;
}

}  // namespace

model::ManagedDomain managed_domain(const TakenDomain& taken) {
    model::ManagedDomain domain;
    for (const Identifier& name : taken.names)
        domain.members.push_back({name, {}});
    model::Settings& settings = domain.settings.edit();
    if (has_usable_ca(*taken.found))
        settings.set_directory_urls({base::Url::parse(taken.found->ca_url)->text()});
    settings.set_for_issuers(&model::Issuer::agreement, std::string("accepted"));
    settings.set_for_issuers(&model::Issuer::contacts, usable_contacts(*taken.found));
    if (!taken.keys.empty())
        settings.keys = taken.keys;
    settings.must_staple = taken.must_staple;
    return domain;
}

bool has_usable_ca(const FoundCertificate& found) {
    return is_plain(found.ca_url) && base::Url::parse(found.ca_url);
}

bool is_plain(std::string_view text) {
    return !text.empty() && text.size() <= 1000 &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return c > ' ' && c < 0x7f &&
                      std::string_view("\"'\\$<>#{}`").find(c) == std::string_view::npos;
           });
}

Decision decide(const Found& found, const Present& present, sys_seconds now) {
    std::vector<Assessment> all;
    for (const FoundCertificate& certificate : found.certificates)
        all.push_back(assess(certificate, now));
    std::stable_sort(all.begin(), all.end(), [](const Assessment& one, const Assessment& other) {
        return std::pair(one.reason.empty(), one.not_after) >
               std::pair(other.reason.empty(), other.not_after);
    });
    Choice choice(found, present);
    for (Assessment& assessed : all)
        choice.take(assessed);
    choice.take_accounts();
    return choice.done();
}

}  // namespace md::import
