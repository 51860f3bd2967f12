// SPDX-License-Identifier: Apache-2.0
#include "drive/observe.hpp"

#include "base/wiped.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/private_key.hpp"
#include "drive/settings_digest.hpp"
#include "store/index_record.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

#include <algorithm>
#include <map>

namespace md::drive {
namespace {

using model::ObservedDomain;

void note_damage(ObservedDomain& domain, const std::string& key, const std::string& why) {
    domain.damage.edit() += (domain.damage->empty() ? "" : "; ") + key + ": " + why;
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
        return {crypto::facts_of(chain, found), {}};
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
    auto read = co_await read_or_note(store, store::domain_key(name, store::private_key_file(spec)),
                                      domain);
    base::Wiped<std::optional<std::string>> key_pem(std::move(read));
    auto chain_pem = co_await read_or_note(store, chain_key, domain);
    if (!*key_pem || !chain_pem)
        co_return;
    Pair pair = pair_of(spec, **key_pem, *chain_pem, store.passphrase());
    if (pair.facts)
        domain.certificates.push_back(std::move(*pair.facts));
    else
        note_damage(domain, chain_key, pair.mistake);
}

template <typename Job>
base::Task<std::optional<Job>> observe_job(store::Store& store, std::string key,
                                           store::Parsed<Job> (*parse)(std::string_view),
                                           ObservedDomain& domain) {
    auto text = co_await read_or_note(store, key, domain);
    if (!text)
        co_return std::nullopt;
    auto job = parse(*text);
    if (job)
        co_return std::move(*job);
    // Without it the MD is driven by its certificates alone.
    note_damage(domain, key, job.error().why);
    co_return std::nullopt;
}

base::Task<void> observe_jobs(store::Store& store, const std::string& name,
                              ObservedDomain& domain) {
    auto live = co_await observe_job(store, store::domain_key(name, store::job_file),
                                     store::parse_live_job, domain);
    if (live) {
        domain.state = std::move(live->state);
        domain.delivery = std::move(live->delivery);
    }
    auto staged = co_await observe_job(store, store::staging_key(name, store::job_file),
                                       store::parse_staged_job, domain);
    if (staged) {
        domain.attempts = std::move(staged->attempts);
        domain.delivery.edit().attempts = staged->told;
    }
}

void note_former_file(ObservedDomain& domain, const std::string& key) {
    domain.former_files.edit() += (domain.former_files->empty() ? "" : ", ") + key;
}

// Of the live set; "" where nobody recorded it, or where that cannot be read.
base::Task<std::string> recorded_ca(store::Store& store, std::string name) {
    try {
        auto text = co_await store.read(store::domain_key(name, store::md_file));
        auto record = text ? store::parse_md(*text) : store::Damage{"absent"};
        if (record)
            co_return record->ca_url;
    } catch (const base::Error&) {
        // What serves is judged by its own files.
    }
    co_return "";
}

void note_former_names(ObservedDomain& domain, const std::string& name,
                       const std::multimap<std::string, std::string>& names) {
    for (auto [at, end] = names.equal_range(name); at != end; ++at)
        note_former_file(domain, store::domain_key(at->second));
}

base::Task<void> observe_former_files(store::Store& store, std::string name,
                                      ObservedDomain& domain) {
    try {
        auto files = co_await store.stand_ins(name);
        for (const std::string& file : files)
            note_former_file(domain, store::domain_key(name, file));
    } catch (const base::Error&) {
        co_return;  // what cannot be listed cannot be read either, which is said elsewhere
    }
}

base::Task<ObservedDomain> observe_files(store::Store& store, const model::ManagedDomain& wanted) {
    ObservedDomain domain;
    const std::string name = wanted.name();
    for (const model::KeySpec& spec : wanted.settings->keys)
        co_await observe_certificate(store, name, spec, domain);
    co_await observe_jobs(store, name, domain);
    if (!domain.certificates.empty())
        domain.state.ca_url = co_await recorded_ca(store, name);
    co_await observe_former_files(store, name, domain);
    co_return domain;
}

}  // namespace

base::Task<std::string> former_files(store::Store& store, std::string name) {
    ObservedDomain domain;
    try {
        auto names = co_await store.former_names();
        note_former_names(domain, name, names);
    } catch (const base::Error&) {
        co_return "";
    }
    co_await observe_former_files(store, name, domain);
    co_return *domain.former_files;
}

base::Task<ObservedDomain> observe_domain(store::Store& store, const model::ManagedDomain& wanted) {
    ObservedDomain domain = co_await observe_files(store, wanted);
    domain.former_files = co_await former_files(store, wanted.name());
    co_return domain;
}

namespace {

using store::IndexEntry;
using Index = std::map<std::string, ObservedDomain>;  // by MD name

// What is remembered was seen for these keys, in these files. 0: they have to be read.
std::uint64_t version_for(const model::ManagedDomain& wanted,
                          const std::multimap<std::string, std::string>& former,
                          const std::optional<std::string>& live,
                          const std::optional<std::string>& staged) {
    if (!live || !staged)
        return 0;
    // What an older version has remembered lacks what is looked for since.
    std::string text = "3/" + *live + "/" + *staged;
    for (auto [at, end] = former.equal_range(wanted.name()); at != end; ++at)
        text += "/" + at->second;
    for (const model::KeySpec& spec : wanted.settings->keys)
        text += "/" + spec.name();
    base::Bytes digest = crypto::sha256(base::bytes_of(text));
    std::uint64_t version = 0;
    for (std::size_t i = 0; i < sizeof version; ++i)
        version = version << 8 | digest[i];
    return std::max<std::uint64_t>(version, 1);
}

base::Task<std::vector<std::uint64_t>> versions_of(
    store::Store& store, const Wanted& wanted,
    const std::multimap<std::string, std::string>& former) {
    std::vector<std::string> prefixes;
    for (const model::ManagedDomain* domain : wanted) {
        prefixes.push_back(store::domain_key(domain->name()));
        prefixes.push_back(store::staging_key(domain->name()));
    }
    auto parts = co_await store.versions(std::move(prefixes));
    std::vector<std::uint64_t> versions;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        versions.push_back(version_for(*wanted[i], former, parts[2 * i], parts[2 * i + 1]));
    co_return versions;
}

// An index that cannot be read is none: everything is read then.
base::Task<Index> read_index(store::Store& store) {
    Index index;
    try {
        for (std::size_t number = 0;; ++number) {
            auto text = co_await store.read(store::index_key(number));
            auto entries = text ? store::parse_index(*text) : store::Damage{"absent"};
            if (!entries)
                break;
            for (IndexEntry& entry : *entries) {
                entry.held.version = entry.version;
                index[std::move(entry.name)] = std::move(entry.held);
            }
        }
    } catch (const base::Error&) {
        index.clear();
    }
    co_return index;
}

}  // namespace

base::Task<Observation> look(store::Store& store, Wanted wanted,
                             const model::ObservedState& known) {
    Observation observation;
    auto former = co_await store.former_names();
    std::vector<std::uint64_t> versions = co_await versions_of(store, wanted, former);
    Index index;
    if (known.domains.empty() && wanted.size() > few)
        index = co_await read_index(store);
    model::Sharing<std::string> issuers, authorities, rules;
    model::Sharing<model::Delivery> deliveries;
    model::Sharing<model::ChainFacts> chains;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string& name = wanted[i]->name();
        auto indexed = index.extract(name);
        ObservedDomain& domain =
            indexed ? observation.state.domains.insert(std::move(indexed)).position->second
                    : observation.state.domains[name] = known.of(name);
        if (domain.version != versions[i] || versions[i] == 0) {
            ++observation.read;
            domain = co_await observe_files(store, *wanted[i]);
            note_former_names(domain, name, former);
            domain.version = domain.damage->empty() ? versions[i] : 0;
        }
        for (model::CertificateFacts& facts : domain.certificates) {
            facts.issuer = issuers(std::move(facts.issuer));
            facts.chain = chains(std::move(facts.chain));
        }
        domain.state.ca_url = authorities(std::move(domain.state.ca_url));
        domain.state.due_by = rules(std::move(domain.state.due_by));
        domain.delivery = deliveries(std::move(domain.delivery));
    }
    co_return observation;
}

base::Task<std::vector<Seen>> changed_since(store::Store& store, Wanted wanted,
                                            const model::ObservedState& known) {
    std::vector<Seen> changed;
    auto former = co_await store.former_names();
    std::vector<std::uint64_t> versions = co_await versions_of(store, wanted, former);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::uint64_t version = known.of(wanted[i]->name()).version;
        if (version == versions[i] && version != 0)
            continue;
        ObservedDomain held = co_await observe_domain(store, *wanted[i]);
        held.version = held.damage->empty() ? versions[i] : 0;
        changed.push_back({wanted[i], std::move(held)});
    }
    co_return changed;
}

base::Task<void> write_index(store::Store& store, const model::ObservedState& state) {
    std::size_t number = 0;
    auto next = state.domains.begin();
    while (next != state.domains.end()) {
        std::vector<IndexEntry> entries;
        for (; next != state.domains.end() && entries.size() < store::most_in_index; ++next)
            if (next->second.version != 0)
                entries.push_back({next->first, next->second.version, next->second});
        co_await store.write(store::index_key(number), store::to_text(entries));
        ++number;
    }
    co_await store.remove(store::index_key(number));
}

Wanted all_of(const model::DesiredState& desired) {
    Wanted wanted;
    for (const model::ManagedDomain& domain : desired.domains)
        wanted.push_back(&domain);
    return wanted;
}

base::Task<model::ObservedState> observe(store::Store& store, const model::DesiredState& desired,
                                         std::chrono::sys_seconds now) {
    Observation observation = co_await look(store, all_of(desired), {});
    for (const model::ManagedDomain& domain : desired.domains)
        apply_settings(observation.state.domains[domain.name()], desired.server, domain,
                       store.passphrase(), now);
    co_return std::move(observation.state);
}

}  // namespace md::drive
