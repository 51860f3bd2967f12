// SPDX-License-Identifier: Apache-2.0
// lego's --path: certificates/NAME.{crt,issuer.crt,key,json} and
// accounts/HOST_PORT/MAIL/{account.json,keys/MAIL.key}. The CA's directory is not kept, only its
// host, in the URLs of accounts and certificates.
#include "import/clients.hpp"
#include "import/readers.hpp"

#include <algorithm>
#include <set>

namespace md::import {
namespace {

void read_lego_certificate(const Tree& tree, const std::string& name,
                           const CaDirectories& directories, Found& found) {
    FoundCertificate certificate;
    certificate.source = "certificates/" + name;
    certificate.name = name.starts_with('_') ? "*" + name.substr(1) : name;
    certificate.chain_pem = required(tree, certificate.source + ".crt");
    const std::string begin = "-----BEGIN CERTIFICATE-----";
    if (certificate.chain_pem.find(begin) == certificate.chain_pem.rfind(begin))
        certificate.chain_pem += tree.read(certificate.source + ".issuer.crt").value_or("");
    certificate.key_pem = required_secret(tree, certificate.source + ".key");
    if (auto kept = parse_json(tree.read(certificate.source + ".json").value_or("")))
        certificate.ca_url = directories.directory_of(kept->members().text("certUrl"));
    found.certificates.push_back(std::move(certificate));
}

void read_account(const Tree& tree, const std::string& folder, const std::string& mail,
                  const CaDirectories& directories, Found& found) {
    auto kept = parse_json(required(tree, folder + "/account.json"));
    if (!kept || !kept->members().is_object())
        throw base::Error("account.json is not JSON");
    base::Secret pem = required_secret(tree, folder + "/keys/" + mail + ".key");
    auto key = crypto::PrivateKey::from_pem(pem.reveal());
    const md::json::Members registration = kept->members().object("registration");
    std::string url = registration.text("uri");
    std::string ca_url = directories.directory_of(url);
    if (ca_url.empty())
        throw base::Error("lego does not keep which CA it is of: give its directory as --ca URL");
    FoundAccount account{folder, std::move(key), std::move(ca_url), std::move(url), {}};
    account.contacts = registration.object("body").texts("contact");
    if (account.contacts.empty())
        account.contacts = contact(kept->members().text("email"));
    found.accounts.push_back(std::move(account));
}

// A key or a record without its certificate. What begins the name of a certificate belongs to that:
// NAME.json, NAME.key, NAME.pem, NAME.issuer.crt.
void note_incomplete(const Tree& tree, const std::vector<std::string>& certified, Found& found) {
    std::set<std::string> names;
    for (const std::string& file : tree.files("certificates"))
        for (std::string_view ending : {".key", ".json"})
            if (file.size() > ending.size() && file.ends_with(ending))
                names.insert(file.substr(0, file.size() - ending.size()));
    for (const std::string& name : names)
        if (std::find(certified.begin(), certified.end(), name) == certified.end())
            found.troubles.push_back({"certificates/" + name, "there is no " + name + ".crt"});
    note_dangling_links(tree, "certificates", found);
}

void read_accounts(const Tree& tree, const CaDirectories& directories, Found& found) {
    for (const std::string& server : tree.folders("accounts"))
        for (const std::string& mail : tree.folders("accounts/" + server)) {
            const std::string folder = "accounts/" + server + "/" + mail;
            read_part(found, folder, [&] { read_account(tree, folder, mail, directories, found); });
        }
}

}  // namespace

Found read_lego(const Tree& tree, const CaDirectories& directories) {
    constexpr std::string_view ending = ".crt", issuer = ".issuer.crt";
    Found found;
    read_part(found, "certificates", [&] {
        std::vector<std::string> certified;
        for (const std::string& file : tree.files("certificates")) {
            if (!file.ends_with(ending) || file.ends_with(issuer))
                continue;
            const std::string name = file.substr(0, file.size() - ending.size());
            certified.push_back(name);
            read_part(found, "certificates/" + name,
                      [&] { read_lego_certificate(tree, name, directories, found); });
        }
        note_incomplete(tree, certified, found);
    });
    read_part(found, "accounts", [&] { read_accounts(tree, directories, found); });
    match_accounts(found);
    return found;
}

}  // namespace md::import
