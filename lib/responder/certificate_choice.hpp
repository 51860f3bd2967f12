// SPDX-License-Identifier: Apache-2.0
// Which certificate the TLS port shows for a name: the MD's own, a self-signed fallback, or the
// proof of tls-alpn-01. Keeps what it made or was given, a bounded number of them.
#pragma once

#include "responder/answer.hpp"
#include "server/credentials.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace md::responder {

// Asked for an MD that has certificates, one for each type of key; the answer is kept as long as
// the MD has those. None, or a throw: a fallback is made up, and asked again a little later.
using CredentialsFor = std::function<std::vector<server::Credentials>(const std::string& domain)>;

class CertificateChoice {
public:
    void set_credentials(CredentialsFor credentials);
    // What was kept is asked for again.
    void forget() { own_.clear(); }

    // For a managed name, one for each type of key, or null for every other name. At least one;
    // valid until the next call.
    const std::vector<server::Credentials>& for_name(const std::string& name, const Site* site);
    // RFC 8737 §3. Several validators ask for the same one: it is made once. Valid until the next
    // call.
    const server::Credentials& proof(const std::string& name, const std::string& key_authorization);

private:
    struct Kept {
        std::vector<server::Credentials> credentials;
        std::chrono::sys_seconds since;
        std::uint64_t certificates = 0;  // of the site

        bool is_usable(std::chrono::sys_seconds now) const;
    };
    using ByName = std::map<std::string, Kept, std::less<>>;

    static const Kept* kept_in(const ByName& kept, const std::string& name,
                               std::chrono::sys_seconds now);
    static const std::vector<server::Credentials>& keep(ByName& kept, const std::string& name,
                                                        Kept fresh);
    const std::vector<server::Credentials>& own(const std::string& name, const Site& site,
                                                std::chrono::sys_seconds now);
    std::vector<server::Credentials> ask(const std::string& domain) const;
    const std::vector<server::Credentials>& fallback(const std::string& name,
                                                     std::chrono::sys_seconds now);
    const crypto::PrivateKey& key();

    CredentialsFor credentials_;
    std::optional<crypto::PrivateKey> key_;  // of all that is self-signed: P-256, made when needed
    ByName own_;                             // by MD
    ByName fallbacks_;                       // by name asked for
    ByName proofs_;                          // by name and key authorization
};

}  // namespace md::responder
