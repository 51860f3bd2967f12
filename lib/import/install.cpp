// SPDX-License-Identifier: Apache-2.0
#include "import/install.hpp"

#include "base/url.hpp"
#include "base/wiped.hpp"
#include "drive/stored_account.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

#include <algorithm>
#include <map>

namespace md::import {
namespace {

using Folders = std::map<std::string, std::string>;  // CA -> folder below accounts/

bool same_host(const base::Url& ca, const std::string& url) {
    auto other = base::Url::parse(url);
    return other && other->host() == ca.host();
}

base::Task<std::string> install_account(store::Store& store, const FoundAccount& found) {
    base::Url ca = base::Url::parse(found.ca_url).value();
    drive::StoredAccount vault(store, ca, found.binding ? found.binding->kid : "");
    acme::AccountState account{found.key, "", {}, "", found.binding};
    // One that was made by an older protocol has an address of that: the CA tells the present one.
    if (same_host(ca, found.url)) {
        account.url = base::Url::parse(found.url)->text();
        account.contacts = found.contacts;
    }
    co_await vault.save(std::move(account));
    co_return vault.id();
}

std::string job_text(const TakenDomain& taken, const std::string& origin, sys_seconds now) {
    store::LiveJob job;
    job.state.recorded = true;
    job.state.last_run = now;
    for (const TakenCertificate& certificate : taken.live)
        job.state.valid_from =
            std::max(job.state.valid_from.value_or(certificate.not_before), certificate.not_before);
    return store::job_text(taken.name(), job, {{now, "finished", "", "imported from " + origin}});
}

base::Task<void> install_domain(store::Store& store, const TakenDomain& taken,
                                const Folders& folders, const std::string& origin,
                                sys_seconds now) {
    const model::ManagedDomain wanted =
        taken.configured != nullptr ? *taken.configured : managed_domain(taken);
    store::MdRecord record = store::md_record(wanted);
    record.state = store::MdRecord::State::complete;
    // The CA that made it, whatever is configured: another one has to make the next at once.
    if (taken.found != nullptr && has_usable_ca(*taken.found))
        record.ca_url = base::Url::parse(taken.found->ca_url)->text();
    auto folder = folders.find(record.ca_url);
    if (folder != folders.end())
        record.ca_account = folder->second;
    base::Wiped<std::map<std::string, std::string>> kept;
    std::map<std::string, std::string>& values = *kept;
    values[std::string(store::md_file)] = store::to_text(record);
    values[std::string(store::job_file)] = job_text(taken, origin, now);
    for (const TakenCertificate& certificate : taken.live) {
        values[store::private_key_file(certificate.spec)] = certificate.key_pem.reveal();
        values[store::certificate_file(certificate.spec)] = certificate.chain_pem;
    }
    co_await store.activate(taken.name(), std::move(values));
}

}  // namespace

base::Task<std::set<std::string>> certified_domains(store::Store& store) {
    std::set<std::string> certified;
    auto names = co_await store.list("domains");
    for (const std::string& name : names) {
        auto files = co_await store.list(store::domain_key(name));
        if (std::any_of(files.begin(), files.end(),
                        [](const std::string& file) { return file.starts_with("pubcert"); }))
            certified.insert(name);
    }
    co_return certified;
}

base::Task<std::map<std::string, bool>> account_authorities(store::Store& store) {
    std::map<std::string, bool> authorities;
    auto ids = co_await store.list("accounts");
    for (const std::string& id : ids) {
        auto text = co_await store.read(store::account_key(id, store::account_file));
        auto record = text ? store::parse_account(*text) : store::Damage{"absent"};
        if (!record)
            continue;
        auto ca = base::Url::parse(record->ca_url);
        if (!ca)
            continue;
        drive::StoredAccount vault(store, *ca, record->eab ? record->eab->kid : "");
        auto usable = co_await vault.load();
        if (usable)
            authorities[ca->text()] = !usable->url.empty();
    }
    co_return authorities;
}

base::Task<void> install(store::Store& store, const Decision& decision, std::string origin,
                         sys_seconds now) {
    Folders folders;
    for (const FoundAccount* account : decision.accounts) {
        std::string folder = co_await install_account(store, *account);
        folders[base::Url::parse(account->ca_url)->text()] = std::move(folder);
    }
    for (const TakenDomain& taken : decision.domains)
        if (!taken.live.empty())
            co_await install_domain(store, taken, folders, origin, now);
}

}  // namespace md::import
