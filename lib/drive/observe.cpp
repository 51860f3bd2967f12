// SPDX-License-Identifier: Apache-2.0
#include "drive/observe.hpp"

#include "crypto/certificate.hpp"
#include "crypto/private_key.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

namespace md::drive {
namespace {

using model::ObservedDomain;

void note_damage(ObservedDomain& domain, const std::string& key, const std::string& why) {
    domain.damage += (domain.damage.empty() ? "" : "; ") + key + ": " + why;
}

// The facts of a key and chain that belong together, or what is wrong with them.
struct Pair {
    std::optional<model::CertificateFacts> facts;
    std::string mistake;
};

Pair pair_of(const model::KeySpec& spec, const std::string& key_pem, const std::string& chain_pem,
             const base::Secret& passphrase) {
    try {
        auto key = crypto::PrivateKey::from_pem(key_pem, passphrase);
        auto chain = crypto::parse_chain(chain_pem);
        if (!chain.front().has_key(key))
            return {std::nullopt, "the certificate is for another key"};
        model::KeySpec found = spec;
        if (found.type == model::KeySpec::Type::rsa)
            found.bits = key.bits();
        return {chain.front().facts(found), {}};
    } catch (const base::Error& error) {
        return {std::nullopt, error.what()};
    }
}

base::Task<std::optional<std::string>> read_or_note(store::Store& store, const std::string& key,
                                                    ObservedDomain& domain) {
    try {
        co_return co_await store.read(key);
    } catch (const base::Error& error) {
        note_damage(domain, key, error.what());
    }
    co_return std::nullopt;
}

base::Task<void> observe_certificate(store::Store& store, const std::string& name,
                                     const model::KeySpec& spec, ObservedDomain& domain) {
    std::string chain_key = store::domain_key(name, store::certificate_file(spec));
    auto key_pem = co_await read_or_note(
        store, store::domain_key(name, store::private_key_file(spec)), domain);
    auto chain_pem = co_await read_or_note(store, chain_key, domain);
    if (!key_pem || !chain_pem)
        co_return;
    Pair pair = pair_of(spec, *key_pem, *chain_pem, store.passphrase());
    if (pair.facts)
        domain.certificates.push_back(std::move(*pair.facts));
    else
        note_damage(domain, chain_key, pair.mistake);
}

base::Task<std::optional<model::Job>> observe_job(store::Store& store, const std::string& key,
                                                  ObservedDomain& domain) {
    auto text = co_await read_or_note(store, key, domain);
    if (!text)
        co_return std::nullopt;
    auto job = store::parse_job(*text);
    if (job)
        co_return *job;
    // A job is a log: without it the MD is driven by its certificates alone.
    note_damage(domain, key, job.error().why);
    co_return std::nullopt;
}

}  // namespace

base::Task<ObservedDomain> observe_domain(store::Store& store, const model::ManagedDomain& wanted) {
    ObservedDomain domain;
    const std::string name = wanted.name();
    for (const model::KeySpec& spec : wanted.settings.keys)
        co_await observe_certificate(store, name, spec, domain);
    std::string live_key = store::domain_key(name, store::job_file);
    domain.live_job = co_await observe_job(store, live_key, domain);
    std::string staged_key = store::staging_key(name, store::job_file);
    domain.staged_job = co_await observe_job(store, staged_key, domain);
    co_return domain;
}

base::Task<model::ObservedState> observe(store::Store& store, const model::DesiredState& desired) {
    model::ObservedState state;
    for (const model::ManagedDomain& wanted : desired.domains) {
        ObservedDomain domain = co_await observe_domain(store, wanted);
        state.domains[wanted.name()] = std::move(domain);
    }
    co_return state;
}

}  // namespace md::drive
