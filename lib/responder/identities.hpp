// SPDX-License-Identifier: Apache-2.0
// Which certificate the TLS port shows for a name: the MD's own, a self-signed fallback, or the
// proof of tls-alpn-01. Keeps what it made or was given, a bounded number of them.
#pragma once

#include "responder/answer.hpp"
#include "responder/credentials.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace md::responder {

class Identities {
public:
    Identities() = default;

    void set_credentials(CredentialsFor credentials);
    // What was kept is asked for again.
    void forget() { kept_.clear(); }

    // For a managed name, one for each type of key, or null for every other name. At least one;
    // valid until the next call.
    const std::vector<Credentials>& for_name(const std::string& name, const Site* site);
    // RFC 8737 §3. Several validators ask for the same one: it is made once. Valid until the next
    // call.
    const Credentials& proof(const std::string& name, const std::string& key_authorization);

private:
    struct Kept {
        std::vector<Credentials> credentials;
        std::chrono::sys_seconds since;
    };

    using ByName = std::map<std::string, Kept, std::less<>>;

    static const std::vector<Credentials>* kept_in(const ByName& kept, const std::string& name,
                                                   std::chrono::sys_seconds now);
    static const std::vector<Credentials>& keep(ByName& kept, const std::string& name,
                                                std::vector<Credentials> fresh,
                                                std::chrono::sys_seconds now);
    std::vector<Credentials> find(const std::string& name, const Site* site);
    std::vector<Credentials> own(const std::string& name, const Site& site) const;
    Credentials fallback(const std::string& name);
    const crypto::PrivateKey& key();

    CredentialsFor credentials_;
    std::optional<crypto::PrivateKey> key_;  // of all that is self-signed: P-256, made when needed
    ByName kept_;
    ByName proofs_;  // by name and key authorization
};

}  // namespace md::responder
