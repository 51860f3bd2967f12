// SPDX-License-Identifier: Apache-2.0
#include "import/readers.hpp"

#include "base/printable.hpp"
#include "base/wiped.hpp"

#include <algorithm>

namespace md::import {
namespace {

constexpr unsigned deepest = 8;
constexpr unsigned most_folders = 5000;

// Links may lead in circles: the number of looks is bounded, too.
void collect(const Tree& tree, const std::string& path, std::string_view file, unsigned depth,
             unsigned& looks, std::vector<std::string>& found) {
    if (++looks > most_folders)
        throw base::Error("it has more than " + std::to_string(most_folders) + " folders");
    std::vector<std::string> files = tree.files(path);
    if (std::find(files.begin(), files.end(), file) != files.end()) {
        found.push_back(path);
        return;
    }
    if (depth == deepest)
        return;
    for (const std::string& name : tree.folders(path))
        collect(tree, path + "/" + name, file, depth + 1, looks, found);
}

base::Error missing(const std::string& path) {
    return base::Error(base::printable(path) + " is missing");
}

}  // namespace

std::string required(const Tree& tree, const std::string& path) {
    auto text = tree.read(path);
    if (!text)
        throw missing(path);
    return std::move(*text);
}

std::optional<base::Secret> secret_in(const Tree& tree, const std::string& path) {
    base::Wiped<std::optional<std::string>> text(tree.read(path));
    return *text ? std::optional(base::Secret(**text)) : std::nullopt;
}

base::Secret required_secret(const Tree& tree, const std::string& path) {
    auto secret = secret_in(tree, path);
    if (!secret)
        throw missing(path);
    return std::move(*secret);
}

void note_dangling_links(const Tree& tree, const std::string& folder, Found& found) {
    for (const std::string& name : tree.dangling_links(folder))
        found.troubles.push_back(
            {folder.empty() ? name : folder + "/" + name, "it is a link that leads to nothing"});
}

std::vector<std::string> folders_with(const Tree& tree, const std::string& path,
                                      std::string_view file) {
    std::vector<std::string> found;
    unsigned looks = 0;
    collect(tree, path, file, 0, looks, found);
    return found;
}

std::string url_of_path(const std::string& path, const std::vector<std::string>& urls) {
    for (const std::string& url : urls) {
        auto scheme = url.find("://");
        if (scheme != std::string::npos && url.substr(scheme + 3) == path)
            return url;
    }
    return "https://" + path;
}

std::optional<md::json::ParsedText> parse_json(std::string_view text) {
    return md::json::ParsedText::parse_mended(text, {largest_file, 16});
}

std::vector<std::string> contact(const std::string& address) {
    if (address.empty())
        return {};
    return {address.find(':') == std::string::npos ? "mailto:" + address : address};
}

void match_accounts(Found& found) {
    for (FoundCertificate& certificate : found.certificates) {
        if (certificate.ca_url.empty() && found.accounts.size() == 1)
            certificate.ca_url = found.accounts.front().ca_url;
        auto account =
            std::find_if(found.accounts.begin(), found.accounts.end(),
                         [&](const FoundAccount& one) { return one.ca_url == certificate.ca_url; });
        if (account == found.accounts.end())
            continue;
        certificate.account = account->source;
        certificate.contacts = account->contacts;
    }
}

}  // namespace md::import
