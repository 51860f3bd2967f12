// SPDX-License-Identifier: Apache-2.0
// `mdcertd snippet SERVER NAME...`: what that server's configuration needs, to be put there.
#include "admin/snippet.hpp"

#include "base/error.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "store/layout.hpp"

#include <cerrno>
#include <cstdio>
#include <sys/stat.h>

namespace md::commands {
namespace {

// Throws when that may not be seen.
bool is_there(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR)
        base::raise_errno("cannot see whether there is a certificate: " + path);
    return false;
}

admin::FrontedSite site_of(const model::ManagedDomain& domain, const std::string& store) {
    admin::FrontedSite site{&domain, {}, true};
    const std::string folder = store + "/" + store::domain_key(domain.name()) + "/";
    for (const model::KeySpec& key : domain.settings->keys) {
        site.files.push_back({folder + store::certificate_file(key),
                              folder + store::private_key_file(key), key.file_suffix()});
        site.certified = site.certified && is_there(site.files.back().certificate);
    }
    return site;
}

const model::ManagedDomain& domain_called(const std::string& text,
                                          const model::DesiredState& desired) {
    auto name = model::DomainName::parse(text);
    for (const model::ManagedDomain& domain : desired.domains)
        if (name && domain.covers(*name))
            return domain;
    throw base::Error("no managed domain has the name '" + text + "'");
}

}  // namespace

int snippet(const CommandLine& line) {
    auto front = admin::front_server_named(line.server);
    if (!front) {
        std::fprintf(stderr, "mdcertd snippet: '%s' is not nginx, httpd or haproxy\n",
                     line.server.c_str());
        return 2;
    }
    config::Loaded loaded = require_configuration(line);
    const model::DesiredState& desired = loaded.desired;
    std::vector<admin::FrontedSite> sites;
    for (const std::string& name : line.names)
        sites.push_back(site_of(domain_called(name, desired), desired.server.store_dir));
    admin::Forwarding to = admin::forwarding_for(*front, desired.server, sites);
    std::fputs(admin::snippet(*front, to, sites).c_str(), stdout);
    return 0;
}

}  // namespace md::commands
