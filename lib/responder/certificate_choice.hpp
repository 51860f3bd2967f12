// SPDX-License-Identifier: Apache-2.0
// Which certificate the TLS port shows for a name: the MD's own, a self-signed fallback, or the
// proof of tls-alpn-01. Keeps what it made or was given, a bounded number of them.
#pragma once

#include "responder/answer.hpp"
#include "server/credentials.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace md::responder {

// Asked for a managed name that has certificates (SNI, lower case), one for each type of key, and
// the answer kept until credentials or sites are set anew. None, or a throw: a fallback is made up.
using CredentialsFor =
    std::function<std::vector<server::Credentials>(const std::string& name, const Site& site)>;

class CertificateChoice {
public:
    void set_credentials(CredentialsFor credentials);
    // What was kept is asked for again.
    void forget() { kept_.clear(); }

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
    };

    using ByName = std::map<std::string, Kept, std::less<>>;

    static const std::vector<server::Credentials>* kept_in(const ByName& kept,
                                                           const std::string& name,
                                                           std::chrono::sys_seconds now);
    static const std::vector<server::Credentials>& keep(ByName& kept, const std::string& name,
                                                        std::vector<server::Credentials> fresh,
                                                        std::chrono::sys_seconds now);
    std::vector<server::Credentials> find(const std::string& name, const Site* site);
    std::vector<server::Credentials> own(const std::string& name, const Site& site) const;
    server::Credentials fallback(const std::string& name);
    const crypto::PrivateKey& key();

    CredentialsFor credentials_;
    std::optional<crypto::PrivateKey> key_;  // of all that is self-signed: P-256, made when needed
    ByName kept_;
    ByName proofs_;  // by name and key authorization
};

}  // namespace md::responder
