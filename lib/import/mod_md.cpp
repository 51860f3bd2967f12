// SPDX-License-Identifier: Apache-2.0
// The store of httpd's mod_md, which is laid out as ours: read as a tree that is somebody else's.
#include "import/clients.hpp"
#include "import/readers.hpp"
#include "store/layout.hpp"

#include <algorithm>

namespace md::import {
namespace {

constexpr std::string_view certificate_begin = "pubcert";

void read_certificate(const Tree& tree, const std::string& folder, const std::string& file,
                      const store::MdRecord& record, Found& found) {
    FoundCertificate certificate;
    const std::string rest = file.substr(certificate_begin.size());
    certificate.source = rest == ".pem" ? folder : folder + "/" + file;
    certificate.name = record.name;
    certificate.names = record.domains;
    certificate.chain_pem = required(tree, folder + "/" + file);
    certificate.key_pem = required_secret(tree, folder + "/privkey" + rest);
    certificate.ca_url = record.ca_url;
    if (certificate.ca_url.empty() && !record.ca_urls.empty())
        certificate.ca_url = record.ca_urls.front();
    certificate.account = store::account_key(record.ca_account);
    certificate.contacts = record.contacts;
    const auto& challenges = record.ca_challenges;
    certificate.by_dns = !challenges.empty() &&
                         std::all_of(challenges.begin(), challenges.end(),
                                     [](const std::string& type) { return type == "dns-01"; });
    certificate.kept = record;
    found.certificates.push_back(std::move(certificate));
}

bool is_certificate(const std::string& file) {
    return file.starts_with(certificate_begin) && file.ends_with(".pem");
}

bool has_certificate(const Tree& tree, const std::string& folder) {
    const std::vector<std::string> files = tree.files(folder);
    return std::any_of(files.begin(), files.end(), is_certificate);
}

void read_domain(const Tree& tree, const std::string& name, Found& found) {
    const std::string folder = store::domain_key(name);
    store::MdRecord record =
        store::parse_md(required(tree, store::domain_key(name, store::md_file))).value();
    // What is staged is named as that.
    if (!has_certificate(tree, folder) && tree.files(store::staging_key(name)).empty())
        throw base::Error("httpd has no certificate for it");
    for (const std::string& file : tree.files(folder))
        if (is_certificate(file))
            read_part(found, folder + "/" + file,
                      [&] { read_certificate(tree, folder, file, record, found); });
}

void read_account(const Tree& tree, const std::string& id, const base::Secret& passphrase,
                  Found& found) {
    store::AccountRecord record =
        store::parse_account(required(tree, store::account_key(id, store::account_file))).value();
    if (record.status != store::AccountStatus::valid)
        throw base::Error("the account is not valid any more");
    base::Secret pem = required_secret(tree, store::account_key(id, store::account_key_file));
    auto key = crypto::PrivateKey::from_pem(pem.reveal(), passphrase);
    found.accounts.push_back({store::account_key(id), std::move(key), record.ca_url, record.url,
                              record.contacts, record.eab});
}

void note_staged(const Tree& tree, Found& found) {
    for (const std::string& name : tree.folders("staging"))
        if (!tree.files(store::staging_key(name)).empty() &&
            !has_certificate(tree, store::domain_key(name)))
            found.troubles.push_back(
                {store::staging_key(name),
                 "httpd has not taken it up yet: reload httpd, then import again"});
}

}  // namespace

Found read_mod_md(const Tree& tree, const CaDirectories& /*each file names its CA*/) {
    Found found;
    base::Secret passphrase;
    const std::string header(store::header_key);
    read_part(found, header,
              [&] { passphrase = store::parse_header(required(tree, header)).value().key; });
    read_part(found, "domains", [&] {
        for (const std::string& name : tree.folders("domains"))
            read_part(found, store::domain_key(name), [&] { read_domain(tree, name, found); });
        note_dangling_links(tree, "domains", found);
    });
    read_part(found, "accounts", [&] {
        for (const std::string& id : tree.folders("accounts"))
            read_part(found, store::account_key(id),
                      [&] { read_account(tree, id, passphrase, found); });
    });
    read_part(found, "staging", [&] { note_staged(tree, found); });
    return found;
}

}  // namespace md::import
