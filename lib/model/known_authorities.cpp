// SPDX-License-Identifier: Apache-2.0
#include "model/known_authorities.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace md::model {
namespace {

constexpr std::array<std::string_view, 1> former = {
    "https://acme-v01.api.letsencrypt.org/directory"};
constexpr std::array<std::string_view, 2> former_staging = {
    "https://acme-staging.api.letsencrypt.org/directory",
    "https://acme-staging-v01.api.letsencrypt.org/directory"};

constexpr OrderRate lets_encrypt_rate{300, std::chrono::hours{3}};

constexpr KnownAuthority binding_ca(std::string_view name, std::string_view url) {
    return {.name = name, .directory_url = url, .binds = true};
}
constexpr KnownAuthority closed_ca(std::string_view name, std::string_view url) {
    return {.name = name, .directory_url = url, .is_closed = true};
}

constexpr KnownAuthority authorities[] = {
    {"LetsEncrypt", lets_encrypt, former, lets_encrypt_rate},
    {"LetsEncrypt-Test", "https://acme-staging-v02.api.letsencrypt.org/directory", former_staging,
     lets_encrypt_rate},
    binding_ca("ZeroSSL", "https://acme.zerossl.com/v2/DV90"),
    binding_ca("Google", "https://dv.acme-v02.api.pki.goog/directory"),
    binding_ca("Google-Test", "https://dv.acme-v02.test-api.pki.goog/directory"),
    binding_ca("SSLcom-RSA", "https://acme.ssl.com/sslcom-dv-rsa"),
    binding_ca("SSLcom-ECC", "https://acme.ssl.com/sslcom-dv-ecc"),
    binding_ca("Actalis", "https://acme-api.actalis.com/acme/directory"),
    binding_ca("Sectigo", "https://acme.sectigo.com/v2/DV"),
    binding_ca("Sectigo-OV", "https://acme.sectigo.com/v2/OV"),
    binding_ca("Sectigo-EV", "https://acme.sectigo.com/v2/EV"),
    binding_ca("DigiCert", "https://one.digicert.com/mpki/api/v1/acme/v2/directory"),
    binding_ca("GlobalSign", "https://emea.acme.atlas.globalsign.com/directory"),
    // Buypass ended its ACME service in 2026.
    closed_ca("Buypass", "https://api.buypass.com/acme/directory"),
    closed_ca("Buypass-Test", "https://api.test4.buypass.no/acme/directory"),
};

// "https://ca.example/dir" of "HTTPS://CA.example:443/dir/".
std::string plain(std::string_view url) {
    auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos)
        return std::string(url);
    auto host_begin = scheme_end + 3;
    auto host_end = std::min(url.find('/', host_begin), url.size());
    std::string scheme = base::lower(url.substr(0, scheme_end));
    std::string host = base::lower(url.substr(host_begin, host_end - host_begin));
    std::string_view default_port = scheme == "http" ? ":80" : ":443";
    if (host.ends_with(default_port))
        host.resize(host.size() - default_port.size());
    std::string_view path = url.substr(host_end);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    return scheme + "://" + host + std::string(path);
}

std::string present(std::string_view url) {
    std::string text = plain(url);
    const KnownAuthority* known = successor_of(text);
    return known == nullptr ? text : std::string(known->directory_url);
}

template <typename Fits>
const KnownAuthority* first_that(Fits fits) {
    const auto* found = std::find_if(std::begin(authorities), std::end(authorities), fits);
    return found == std::end(authorities) ? nullptr : found;
}

}  // namespace

std::span<const KnownAuthority> known_authorities() {
    return authorities;
}

std::string_view host_and_port(std::string_view url) {
    auto scheme_end = url.find("://");
    if (scheme_end != std::string_view::npos)
        url.remove_prefix(scheme_end + 3);
    return url.substr(0, url.find('/'));
}

const KnownAuthority* authority_named(std::string_view name) {
    const std::string wanted = base::lower(name);
    return first_that([&](const KnownAuthority& one) {
        return !one.name.empty() && base::lower(one.name) == wanted;
    });
}

const KnownAuthority* authority_at(std::string_view directory_url) {
    return first_that(
        [&](const KnownAuthority& one) { return one.directory_url == directory_url; });
}

const KnownAuthority* authority_on(std::string_view url_or_host) {
    const std::string host = base::lower(host_and_port(url_or_host));
    return first_that(
        [&](const KnownAuthority& one) { return host_and_port(one.directory_url) == host; });
}

const KnownAuthority* successor_of(std::string_view directory_url) {
    const std::string url = base::lower(directory_url);
    return first_that([&](const KnownAuthority& one) {
        return std::find(one.former_urls.begin(), one.former_urls.end(), url) !=
               one.former_urls.end();
    });
}

bool spoke_acme_v1(std::string_view host) {
    auto is_on_host = [host](std::string_view url) { return host_and_port(url) == host; };
    return first_that([&](const KnownAuthority& one) {
               return std::any_of(one.former_urls.begin(), one.former_urls.end(), is_on_host);
           }) != nullptr;
}

bool same_authority(std::string_view one, std::string_view other) {
    return one == other || present(one) == present(other);
}

}  // namespace md::model
