// SPDX-License-Identifier: Apache-2.0
#include "store/layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace md::store {
namespace {

constexpr std::size_t longest_component = 255;  // NAME_MAX
constexpr std::string_view damaged_suffix = ".damaged";
constexpr unsigned most_accounts = 1000;

std::string joined(std::string_view group, std::string_view name, std::string_view file) {
    std::string key(group);
    (key += '/') += name;
    if (!file.empty())
        (key += '/') += file;
    return key;
}

std::string_view last_component(std::string_view key) {
    return key.substr(key.rfind('/') + 1);
}

}  // namespace

std::string domain_key(std::string_view name, std::string_view file) {
    return joined("domains", name, file);
}

std::string staging_key(std::string_view name, std::string_view file) {
    return joined("staging", name, file);
}

std::string account_key(std::string_view id, std::string_view file) {
    return joined("accounts", id, file);
}

std::string index_key(std::size_t number) {
    return std::string(index_prefix) + "/" + std::to_string(number) + ".json";
}

std::string challenge_key(std::string_view dns_name, std::string_view file) {
    return joined("challenges", dns_name, file);
}

std::string archive_key(std::string_view name, unsigned number) {
    return joined("archive", name, {}) + "." + std::to_string(number);
}

std::optional<unsigned> archive_number(std::string_view entry, std::string_view name) {
    if (entry.size() < name.size() + 2 || !entry.starts_with(name) || entry[name.size()] != '.')
        return std::nullopt;
    std::string_view digits = entry.substr(name.size() + 1);
    unsigned number = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.front() == '0')
        return std::nullopt;
    return number;
}

std::string private_key_file(const model::KeySpec& spec) {
    return "privkey" + spec.file_suffix() + ".pem";
}

std::string certificate_file(const model::KeySpec& spec) {
    return "pubcert" + spec.file_suffix() + ".pem";
}

bool is_private_key_file(std::string_view file) {
    return file.starts_with("privkey") && file.ends_with(".pem");
}

// Those of domains/ and staging/, of the fallback and of tls-alpn-01.
bool is_certificate_file(std::string_view file) {
    constexpr std::array<std::string_view, 3> beginnings = {"pubcert", "fallback-pubcert",
                                                            "acme-tls-alpn-01-pubcert"};
    return file.ends_with(".pem") &&
           std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return file.starts_with(beginning); });
}

std::string account_id(std::string_view ca_host, unsigned number) {
    constexpr std::size_t kept = 16;
    if (ca_host.size() > kept)
        ca_host.remove_prefix(ca_host.size() - kept);
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "%04u", number % 10000);
    return "ACME-" + std::string(ca_host) + "-" + digits.data();
}

std::optional<std::string> free_account_id(std::string_view ca_host,
                                           const std::vector<std::string>& taken) {
    for (unsigned number = 0; number < most_accounts; ++number) {
        std::string id = account_id(ca_host, number);
        if (std::find(taken.begin(), taken.end(), id) == taken.end())
            return id;
    }
    return std::nullopt;
}

std::string damaged_name(std::string_view name) {
    return std::string(name.substr(0, longest_component - damaged_suffix.size())) +
           std::string(damaged_suffix);
}

bool is_damaged_name(std::string_view name) {
    return name.size() > damaged_suffix.size() && name.ends_with(damaged_suffix);
}

bool is_safe_component(std::string_view component) {
    if (component.empty() || component.size() > longest_component || component == "." ||
        component == "..")
        return false;
    return std::none_of(component.begin(), component.end(), [](char c) {
        return c == '/' || static_cast<unsigned char>(c) < ' ' || c == 127;
    });
}

bool is_safe_key(std::string_view key) {
    while (true) {
        auto slash = key.find('/');
        if (!is_safe_component(key.substr(0, slash)))
            return false;
        if (slash == std::string_view::npos)
            return true;
        key.remove_prefix(slash + 1);
    }
}

unsigned file_mode(std::string_view key) {
    std::string_view file = last_component(key);
    bool is_open = is_certificate_file(file) || file == job_file || file == order_file ||
                   file == "acme-http-01.txt";
    return is_open ? 0644 : 0600;
}

}  // namespace md::store
