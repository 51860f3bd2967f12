// SPDX-License-Identifier: Apache-2.0
// What another client's files say, whatever their layout: accounts, certificates with their keys,
// and what could not be read. Nothing here is assessed yet. Pure values.
#pragma once

#include "base/secret.hpp"
#include "crypto/private_key.hpp"
#include "store/records.hpp"

#include <optional>
#include <string>
#include <vector>

namespace md::import {

struct FoundAccount {
    std::string source;  // the folder or file below the tree's root
    crypto::PrivateKey key;
    std::string ca_url;                 // the CA's directory
    std::string url;                    // "" = not kept by that client; the CA tells it by the key
    std::vector<std::string> contacts;  // "mailto:..."
    std::optional<model::ExternalAccountBinding> binding = {};  // where that client keeps it
};

struct FoundCertificate {
    std::string source;              // the folder or file below the tree's root
    std::string name;                // what the client calls it, often its first name
    std::vector<std::string> names;  // as the client has them on record; empty: those certified
    base::Secret key_pem;
    std::string chain_pem;  // leaf first
    std::string ca_url;     // "" = not known
    std::string account;    // the source of its account; "" = not known
    std::vector<std::string> contacts;
    std::string proof;                    // how its names were proven, in the client's words
    bool by_dns = false;                  // that was dns-01
    std::string hook;                     // what the client ran once it was renewed
    std::optional<store::MdRecord> kept;  // mod_md's settings
};

// A part of the tree that is passed over.
struct SkippedPart {
    std::string source, why;
};

struct Found {
    std::vector<FoundAccount> accounts;
    std::vector<FoundCertificate> certificates;
    std::vector<SkippedPart> troubles;
    std::vector<std::string> hooks;  // run at each renewal, whatever it is of
};

}  // namespace md::import
