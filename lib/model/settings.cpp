// SPDX-License-Identifier: Apache-2.0
#include "model/settings.hpp"

#include <array>

namespace md::model {
namespace {

struct ChallengeWord {
    ChallengeType type;
    std::string_view word;
};
constexpr std::array<ChallengeWord, 3> challenge_words = {
    {{ChallengeType::http_01, "http-01"},
     {ChallengeType::tls_alpn_01, "tls-alpn-01"},
     {ChallengeType::dns_01, "dns-01"}}};

}  // namespace

std::string_view wire_name(ChallengeType type) {
    for (const ChallengeWord& entry : challenge_words)
        if (entry.type == type)
            return entry.word;
    return {};
}

std::optional<ChallengeType> challenge_type_named(std::string_view word) {
    for (const ChallengeWord& entry : challenge_words)
        if (entry.word == word)
            return entry.type;
    return std::nullopt;
}

std::string_view word(DriveMode mode) {
    switch (mode) {
        case DriveMode::manual:
            return "manual";
        case DriveMode::automatic:
            return "auto";
        case DriveMode::always:
            return "always";
    }
    return {};
}

std::string ServedAt::place() const {
    bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string ServedAt::text() const {
    switch (starttls) {
        case StartTls::none:
            break;
        case StartTls::smtp:
            return place() + " starttls smtp";
        case StartTls::imap:
            return place() + " starttls imap";
    }
    return place();
}

std::chrono::seconds Window::of(std::chrono::seconds lifetime) const {
    if (const int* share = std::get_if<int>(&value))
        return lifetime * *share / 100;
    return std::get<std::chrono::seconds>(value);
}

std::string Window::text() const {
    if (const int* share = std::get_if<int>(&value))
        return std::to_string(*share) + "%";
    auto count = std::get<std::chrono::seconds>(value).count();
    if (count % 86400 == 0)
        return std::to_string(count / 86400) + "d";
    if (count % 3600 == 0)
        return std::to_string(count / 3600) + "h";
    if (count % 60 == 0)
        return std::to_string(count / 60) + "mi";
    return std::to_string(count) + "s";
}

void Settings::set_directory_urls(const std::vector<std::string>& urls) {
    std::vector<Issuer> asked(urls.size(), common());
    for (std::size_t i = 0; i < urls.size(); ++i)
        asked[i].directory_url = urls[i];
    issuers = std::move(asked);
}

void Settings::bind_first_issuer_alone() {
    for (std::size_t i = 1; i < issuers.size(); ++i) {
        issuers[i].binding.reset();
        issuers[i].binding_file.clear();
    }
}

std::vector<std::string> Settings::directory_urls() const {
    std::vector<std::string> urls;
    for (const Issuer& issuer : issuers)
        urls.push_back(issuer.directory_url);
    return urls;
}

const Issuer* Settings::issuer_at(std::string_view directory_url) const {
    for (const Issuer& issuer : issuers)
        if (issuer.directory_url == directory_url)
            return &issuer;
    return nullptr;
}

}  // namespace md::model
