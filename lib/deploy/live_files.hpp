// SPDX-License-Identifier: Apache-2.0
// The live sets as files, read when a server needs them: for handshakes on our own TLS port, by the
// thread that makes them. Nothing is kept of an idle managed domain.
#pragma once

#include "crypto/credentials.hpp"
#include "model/key_spec.hpp"

#include <string>
#include <utility>
#include <vector>

namespace md::deploy {

class LiveFiles {
public:
    explicit LiveFiles(std::string store_directory) : directory_(std::move(store_directory)) {}

    // The live keys and chains of a managed domain, one for each type of key; what is not there, or
    // not readable, is left out. All are of one generation, whatever is switched meanwhile.
    std::vector<crypto::Credentials> credentials(const std::string& domain,
                                                 const std::vector<model::KeySpec>& keys) const;

private:
    std::string directory_;
};

}  // namespace md::deploy
