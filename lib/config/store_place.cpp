// SPDX-License-Identifier: Apache-2.0
#include "config/store_place.hpp"

#include "config/origins.hpp"

namespace md::config {
namespace {

// The line whose absolute path it is.
const ValueOrigin* deciding_line(const Loaded& loaded) {
    const ValueOrigin* store = find_origin(loaded.global_origins, "MDStoreDir");
    const ValueOrigin* root = find_origin(loaded.global_origins, "ServerRoot");
    const bool is_below_root =
        loaded.desired.server.store_dir.starts_with(loaded.desired.server.server_root + "/");
    return store != nullptr && (root == nullptr || !is_below_root) ? store : root;
}

std::string why(const Loaded& loaded, const ValueOrigin* line) {
    if (line != nullptr)
        return std::string(line->directive) + " at " + line->at.text();
    if (!loaded.passed_server_root)
        return "no ServerRoot is set";
    const PassedServerRoot& passed = *loaded.passed_server_root;
    return "ServerRoot at " + passed.at.text() + " is passed over, since " + passed.directive +
           " at " + passed.directive_at.text() + " makes that a file of httpd";
}

}  // namespace

std::string why_store_is_there(const Loaded& loaded) {
    return why(loaded, deciding_line(loaded));
}

std::string why_server_root(const Loaded& loaded) {
    return why(loaded, find_origin(loaded.global_origins, "ServerRoot"));
}

}  // namespace md::config
