// SPDX-License-Identifier: Apache-2.0
// uacme's --confdir: private/key.pem is the account's key, private/NAME/key.pem and NAME/cert.pem a
// certificate. Neither the CA nor the account's URL is kept.
#include "crypto/certificate.hpp"
#include "import/clients.hpp"
#include "import/readers.hpp"

#include <algorithm>

namespace md::import {
namespace {

void read_uacme_certificate(const Tree& tree, const std::string& name,
                            const CaDirectories& directories, Found& found) {
    FoundCertificate certificate;
    certificate.source = name;
    certificate.name = name;
    certificate.key_pem = required_secret(tree, "private/" + name + "/key.pem");
    certificate.chain_pem = required(tree, name + "/cert.pem");
    auto leaf = crypto::parse_chain(certificate.chain_pem).front();
    certificate.ca_url = directories.assumed_for(*leaf.facts(model::KeySpec::rsa()).issuer);
    certificate.account = "private/key.pem";
    found.certificates.push_back(std::move(certificate));
}

// A certificate whose key is not there: private/NAME is absent.
void note_keyless(const Tree& tree, Found& found) {
    const std::vector<std::string> keys = tree.folders("private");
    for (const std::string& name : tree.folders("")) {
        const std::vector<std::string> files = tree.files(name);
        if (std::find(files.begin(), files.end(), "cert.pem") != files.end() &&
            std::find(keys.begin(), keys.end(), name) == keys.end())
            found.troubles.push_back({name, "there is no private/" + name + "/key.pem"});
    }
    note_dangling_links(tree, "", found);
    note_dangling_links(tree, "private", found);
}

}  // namespace

Found read_uacme(const Tree& tree, const CaDirectories& directories) {
    Found found;
    read_part(found, "private", [&] {
        for (const std::string& name : tree.folders("private"))
            read_part(found, name, [&] { read_uacme_certificate(tree, name, directories, found); });
    });
    read_part(found, "", [&] { note_keyless(tree, found); });
    read_part(found, "private/key.pem", [&] {
        const std::string file = "private/key.pem";
        auto pem = secret_in(tree, file);
        if (!pem)
            return;
        std::string ca_url = found.certificates.empty() ? directories.assumed_for("")
                                                        : found.certificates.front().ca_url;
        found.accounts.push_back(
            {file, crypto::PrivateKey::from_pem(pem->reveal()), std::move(ca_url), "", {}});
    });
    return found;
}

}  // namespace md::import
