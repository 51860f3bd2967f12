// SPDX-License-Identifier: Apache-2.0
// certbot's /etc/letsencrypt: renewal/NAME.conf, live/NAME/*.pem (links into archive/), and
// accounts/HOST/PATH/ID/ with the key as a JWK. Paths that a renewal file names are not followed.
#include "import/assignments.hpp"
#include "import/clients.hpp"
#include "import/readers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace md::import {
namespace {

std::string without_scheme(const std::string& url) {
    auto scheme = url.find("://");
    return scheme == std::string::npos ? url : url.substr(scheme + 3);
}

std::string proof_of(const std::map<std::string, std::string>& values) {
    std::string proof = value_of(values, "authenticator");
    std::string webroot = value_of(values, "webroot_path");
    return webroot.empty() ? proof : proof + " " + webroot;
}

void read_lineage(const Tree& tree, const std::string& name, Found& found) {
    FoundCertificate certificate;
    certificate.source = "live/" + name;
    certificate.name = name;
    auto values = assignments(required(tree, "renewal/" + name + ".conf"));
    certificate.ca_url = value_of(values, "server");
    certificate.account =
        "accounts/" + without_scheme(certificate.ca_url) + "/" + value_of(values, "account");
    certificate.proof = proof_of(values);
    certificate.by_dns = certificate.proof.starts_with("dns-") ||
                         value_of(values, "pref_challs").starts_with("dns-01");
    certificate.hook = value_of(values, "renew_hook");
    certificate.key_pem = required_secret(tree, certificate.source + "/privkey.pem");
    certificate.chain_pem = required(tree, certificate.source + "/fullchain.pem");
    found.certificates.push_back(std::move(certificate));
}

crypto::PrivateKey account_key(std::string_view jwk) {
    const auto kept = parse_json(jwk);
    if (!kept || !kept->members().is_object())
        throw base::Error("private_key.json is not JSON");
    std::map<std::string, base::Secret> members;
    for (const auto& [name, value] : kept->value().items())
        if (value.is_string())
            members[name] = base::Secret(std::string_view(value.get_ref<const std::string&>()));
    return crypto::PrivateKey::from_jwk(members);
}

void read_account(const Tree& tree, const std::string& folder,
                  const std::vector<std::string>& servers, Found& found) {
    std::string path = folder.substr(std::string_view("accounts/").size());
    path.resize(path.rfind('/'));
    FoundAccount account{folder,
                         account_key(required(tree, folder + "/private_key.json")),
                         url_of_path(path, servers),
                         "",
                         {}};
    if (auto registration = parse_json(tree.read(folder + "/regr.json").value_or(""))) {
        account.url = registration->members().text("uri");
        account.contacts = registration->members().object("body").texts("contact");
    }
    found.accounts.push_back(std::move(account));
}

constexpr std::string_view renewal_ending = ".conf";

// The lineages that certbot renews.
std::vector<std::string> renewed_lineages(const Tree& tree, Found& found) {
    std::vector<std::string> names;
    read_part(found, "renewal", [&] {
        for (const std::string& file : tree.files("renewal"))
            if (file.size() > renewal_ending.size() && file.ends_with(renewal_ending))
                names.push_back(file.substr(0, file.size() - renewal_ending.size()));
        note_dangling_links(tree, "renewal", found);
    });
    return names;
}

// Those that it does not renew: what is in live/, and what is in archive/ alone.
void note_unrenewed(const Tree& tree, std::vector<std::string> known, Found& found) {
    for (const char* folder : {"live", "archive"})
        read_part(found, folder, [&] {
            for (const std::string& name : tree.folders(folder)) {
                if (std::find(known.begin(), known.end(), name) != known.end())
                    continue;
                known.push_back(name);
                found.troubles.push_back({std::string(folder) + "/" + name,
                                          "certbot does not renew it: there is no renewal/" + name +
                                              std::string(renewal_ending)});
            }
            note_dangling_links(tree, folder, found);
        });
}

}  // namespace

Found read_certbot(const Tree& tree, const CaDirectories& /*each file names its CA*/) {
    Found found;
    const std::vector<std::string> renewed = renewed_lineages(tree, found);
    for (const std::string& name : renewed)
        read_part(found, "live/" + name, [&] { read_lineage(tree, name, found); });
    note_unrenewed(tree, renewed, found);
    std::vector<std::string> servers;
    for (const FoundCertificate& certificate : found.certificates)
        servers.push_back(certificate.ca_url);
    read_part(found, "accounts", [&] {
        for (const std::string& folder : folders_with(tree, "accounts", "private_key.json"))
            read_part(found, folder, [&] { read_account(tree, folder, servers, found); });
    });
    read_part(found, "renewal-hooks/deploy", [&] {
        for (const std::string& file : tree.files("renewal-hooks/deploy"))
            found.hooks.push_back(tree.root() + "/renewal-hooks/deploy/" + file);
    });
    return found;
}

}  // namespace md::import
