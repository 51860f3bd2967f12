// SPDX-License-Identifier: Apache-2.0
#include "deploy/live_files.hpp"

#include "base/wiped.hpp"
#include "store/file_tree.hpp"
#include "store/folder.hpp"
#include "store/layout.hpp"

#include <optional>

namespace md::deploy {
namespace {

// All of a folder that is opened once is of one generation, when another takes its place meanwhile.
std::optional<crypto::Credentials> credentials_in(const store::Descriptor& folder,
                                                  const model::KeySpec& spec) {
    auto content = [&](const std::string& name) {
        return store::content_of(folder, name, store::largest_value, "cannot read " + name);
    };
    try {
        base::Wiped key(content(store::private_key_file(spec)));
        auto chain = content(store::certificate_file(spec));
        if (!*key || !chain)
            return std::nullopt;
        return crypto::Credentials{crypto::parse_chain(*chain),
                                   crypto::PrivateKey::from_pem(**key)};
    } catch (const base::Error&) {
        return std::nullopt;  // observe() has reported the damage; a fallback is served
    }
}

}  // namespace

std::vector<crypto::Credentials> LiveFiles::credentials(
    const std::string& domain, const std::vector<model::KeySpec>& keys) const {
    const store::Descriptor folder = store::way_to(directory_, store::domain_key(domain));
    std::vector<crypto::Credentials> all;
    for (const model::KeySpec& spec : keys)
        if (auto credentials = credentials_in(folder, spec))
            all.push_back(std::move(*credentials));
    return all;
}

}  // namespace md::deploy
