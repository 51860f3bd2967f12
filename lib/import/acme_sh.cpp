// SPDX-License-Identifier: Apache-2.0
// acme.sh's home: NAME/ or NAME_ecc/ with NAME.conf, NAME.key, fullchain.cer, and
// ca/HOST[/PATH]/{account.key,account.json,ca.conf}. Values of the shell may be wrapped in base64.
#include "base/base64url.hpp"
#include "base/printable.hpp"
#include "import/assignments.hpp"
#include "import/clients.hpp"
#include "import/readers.hpp"

#include <algorithm>

namespace md::import {
namespace {

constexpr std::string_view ecc = "_ecc";

// Of base64 as people know it.
std::string in_base64url(std::string text) {
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    while (text.ends_with('='))
        text.pop_back();
    return text;
}

std::string base64_decoded(std::string text) {
    auto bytes = base::base64url_decode(in_base64url(std::move(text)));
    return bytes ? std::string(base::text_of(*bytes)) : std::string();
}

std::string plain(const std::string& value) {
    constexpr std::string_view begin = "__ACME_BASE64__START_", end = "__ACME_BASE64__END_";
    if (!value.starts_with(begin) || !value.ends_with(end) ||
        value.size() < begin.size() + end.size())
        return value;
    return base64_decoded(value.substr(begin.size(), value.size() - begin.size() - end.size()));
}

std::vector<std::string> names_of(const std::map<std::string, std::string>& values) {
    std::vector<std::string> names = {value_of(values, "Le_Domain")};
    std::string others = value_of(values, "Le_Alt");
    if (others == "no")
        others.clear();
    for (std::size_t begin = 0; begin < others.size();) {
        auto end = std::min(others.find(',', begin), others.size());
        names.push_back(others.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

// Folders of its own, dnsapi/ and others, have neither.
bool has_certificate_files(const Tree& tree, const std::string& folder) {
    const std::vector<std::string> files = tree.files(folder);
    return std::any_of(files.begin(), files.end(), [](const std::string& file) {
        return file.ends_with(".cer") || file.ends_with(".key");
    });
}

void read_certificate(const Tree& tree, const std::string& folder, Found& found) {
    std::string name = folder;
    if (name.ends_with(ecc))
        name.resize(name.size() - ecc.size());
    auto conf = tree.read(folder + "/" + name + ".conf");
    if (!conf && !has_certificate_files(tree, folder))
        return;  // not of a certificate
    if (!conf)
        throw base::Error(base::printable(folder + "/" + name + ".conf") + " is missing");
    auto values = assignments(*conf);
    FoundCertificate certificate;
    certificate.source = folder;
    certificate.name = name;
    certificate.names = names_of(values);
    certificate.ca_url = value_of(values, "Le_API");
    certificate.proof = plain(value_of(values, "Le_Webroot"));
    certificate.by_dns = certificate.proof.starts_with("dns");
    certificate.hook = plain(value_of(values, "Le_ReloadCmd"));
    certificate.key_pem = required_secret(tree, folder + "/" + name + ".key");
    certificate.chain_pem = required(tree, folder + "/fullchain.cer");
    found.certificates.push_back(std::move(certificate));
}

void read_account(const Tree& tree, const std::string& folder, const CaDirectories& directories,
                  const std::vector<std::string>& servers, Found& found) {
    const std::string path = folder.substr(std::string_view("ca/").size());
    bool is_whole = path.find('/') != std::string::npos;  // older ones keep the host alone
    std::string ca_url = is_whole ? url_of_path(path, servers) : directories.directory_of(path);
    if (ca_url.empty())
        throw base::Error("which CA it is of is not kept: give its directory as --ca URL");
    auto values = assignments(tree.read(folder + "/ca.conf").value_or(""));
    base::Secret pem = required_secret(tree, folder + "/account.key");
    FoundAccount account{folder,
                         crypto::PrivateKey::from_pem(pem.reveal()),
                         std::move(ca_url),
                         value_of(values, "ACCOUNT_URL"),
                         {}};
    if (auto kept = parse_json(tree.read(folder + "/account.json").value_or("")))
        account.contacts = kept->members().texts("contact");
    if (account.contacts.empty())
        account.contacts = contact(value_of(values, "CA_EMAIL"));
    if (const std::string kid = value_of(values, "CA_EAB_KEY_ID"); !kid.empty())
        account.binding = {kid, in_base64url(value_of(values, "CA_EAB_HMAC_KEY"))};
    found.accounts.push_back(std::move(account));
}

}  // namespace

Found read_acme_sh(const Tree& tree, const CaDirectories& directories) {
    Found found;
    read_part(found, "", [&] {
        for (const std::string& folder : tree.folders(""))
            if (folder != "ca")
                read_part(found, folder, [&] { read_certificate(tree, folder, found); });
        note_dangling_links(tree, "", found);
    });
    std::vector<std::string> servers;
    for (const FoundCertificate& certificate : found.certificates)
        servers.push_back(certificate.ca_url);
    read_part(found, "ca", [&] {
        for (const std::string& folder : folders_with(tree, "ca", "account.key"))
            read_part(found, folder,
                      [&] { read_account(tree, folder, directories, servers, found); });
    });
    match_accounts(found);
    return found;
}

}  // namespace md::import
