// SPDX-License-Identifier: Apache-2.0
// What is known of public CAs, in one table, and which CA a directory URL means. Pure.
#pragma once

#include "model/issuer.hpp"

#include <span>
#include <string_view>

namespace md::model {

struct KnownAuthority {
    std::string_view name;  // as mod_md knows it, for MDCertificateAuthority; "" = none
    std::string_view directory_url;
    std::span<const std::string_view> former_urls = {};  // of ACME v1, which ended in 2021
    OrderRate order_rate = {};  // that it publishes for new orders of an account
    bool is_closed = false;     // it gives no certificates any more
    bool binds = false;         // accounts have to be bound: MDExternalAccountBinding
};

std::span<const KnownAuthority> known_authorities();

// nullptr: none of them. By name, in any letters; by its URL; by the host of a URL, or
// "host[:port]" alone; by a former URL.
const KnownAuthority* authority_named(std::string_view name);
const KnownAuthority* authority_at(std::string_view directory_url);
const KnownAuthority* authority_on(std::string_view url_or_host);
const KnownAuthority* successor_of(std::string_view directory_url);
// A CA on that host spoke ACME v1 alone.
bool spoke_acme_v1(std::string_view host);

// Whether both mean the same directory: letters of the host, a default port, a final '/' and the
// version of the protocol make no difference.
bool same_authority(std::string_view one, std::string_view other);

// "ca.example:8443" of "https://ca.example:8443/dir", and of what has no scheme.
std::string_view host_and_port(std::string_view url);

}  // namespace md::model
