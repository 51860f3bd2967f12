// SPDX-License-Identifier: Apache-2.0
#include "store/upgrade.hpp"

namespace md::store {
namespace {

void rename_key(FileTree& tree, const std::string& folder) {
    if (tree.exists(folder + "/pkey.pem") && !tree.exists(folder + "/privkey.pem"))
        tree.move(folder + "/pkey.pem", folder + "/privkey.pem");
}

void join_chain(FileTree& tree, const std::string& folder) {
    if (tree.exists(folder + "/pubcert.pem"))
        return;
    auto leaf = tree.read(folder + "/cert.pem");
    auto chain = tree.read(folder + "/chain.pem");
    if (leaf && chain)
        tree.write(folder + "/pubcert.pem", *leaf + *chain);
}

}  // namespace

void upgrade_files(FileTree& tree) {
    for (const char* group : {"accounts", "challenges", "domains", "staging", "archive", "tmp"})
        for (const std::string& name : tree.names(group))
            rename_key(tree, std::string(group) + "/" + name);
    for (const char* group : {"domains", "archive"})
        for (const std::string& name : tree.names(group))
            join_chain(tree, std::string(group) + "/" + name);
}

}  // namespace md::store
