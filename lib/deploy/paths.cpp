// SPDX-License-Identifier: Apache-2.0
#include "deploy/paths.hpp"

#include "store/layout.hpp"

namespace md::deploy {

ServedPaths served_paths(const std::string& store_directory, const std::string& domain,
                         const model::KeySpec& key) {
    const std::string folder = store_directory + "/" + store::domain_key(domain) + "/";
    return {folder + store::certificate_file(key), folder + store::private_key_file(key)};
}

}  // namespace md::deploy
