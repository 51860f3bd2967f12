// SPDX-License-Identifier: Apache-2.0
// `mdcertd snippet SERVER NAME...`: what that server's configuration needs, to be put there.
#include "admin/snippet.hpp"

#include "admin/served_by.hpp"
#include "base/error.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "deploy/paths.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

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
    for (const model::KeySpec& key : domain.settings->keys) {
        const auto paths = deploy::served_paths(store, domain.name(), key);
        site.files.push_back({paths.certificate, paths.key, key.file_suffix()});
        site.certified = site.certified && is_there(site.files.back().certificate);
    }
    return site;
}

const model::ManagedDomain& domain_called(const std::string& text,
                                          const model::DesiredState& desired) {
    auto name = model::Identifier::parse(text);
    for (const model::ManagedDomain& domain : desired.domains)
        if (name && domain.covers(*name))
            return domain;
    throw base::Error("no managed domain has the name '" + text + "'");
}

// What a program prints, "" where it fails: it is only asked for a hint.
std::string output_of(const std::string& shell_command) {
    struct Close {
        void operator()(FILE* pipe) const { ::pclose(pipe); }
    };
    const std::unique_ptr<FILE, Close> pipe(::popen(shell_command.c_str(), "re"));
    std::string text;
    std::array<char, 4096> buffer{};
    while (pipe) {
        std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
        if (count == 0)
            break;
        text.append(buffer.data(), count);
    }
    return text;
}

// What the server says of its own configuration. The name of a file that is not the usual one goes
// by way of the environment: no shell reads it.
std::string told_by(const admin::ServerAnswer& asked, const std::string& file) {
    if (asked.command.empty()) {
        std::ifstream text(file.empty() ? std::string(asked.file) : file);
        std::ostringstream whole;
        whole << text.rdbuf();
        return whole.str();
    }
    if (!file.empty())
        ::setenv("FRONT_SERVER_FILE", file.c_str(), 1);
    return output_of("PATH=$PATH:/usr/sbin:/sbin; " +
                     std::string(file.empty() ? asked.command : asked.command_for_file) +
                     " 2> /dev/null");
}

std::vector<admin::ServingPlace> places_of(admin::FrontServer front, const std::string& told,
                                           const std::string& file,
                                           const model::ManagedDomain& domain) {
    std::vector<admin::ServingPlace> places;
    for (const model::Member& member : domain.members)
        for (admin::ServingPlace place : admin::serving_places(front, told, member.name)) {
            if (place.file.empty())
                place.file = file.empty() ? std::string(admin::answer_of(front).file) : file;
            bool is_public = place.port == 80 || place.port == 443;
            if (is_public && std::find(places.begin(), places.end(), place) == places.end())
                places.push_back(std::move(place));
        }
    return places;
}

// What was written with this command may be written with it again. The end of the pipe may have
// emptied it since the server was asked: a file that served the name a moment ago is no other's.
const std::string mark = "# mdcertd snippet: may be written anew by the same command\n";

bool is_ours(const admin::ServingPlace& place) {
    std::ifstream text(place.file);
    std::string first;
    return text.is_open() && (!std::getline(text, first) || first + "\n" == mark);
}

// They are for a person with an editor. In a file of their own, at the end of a pipe, they would be
// a mistake that keeps the server from its next start.
int say_pieces(const std::string& pieces) {
    if (pieces.empty())
        return 0;
    bool is_seen = ::isatty(STDOUT_FILENO) == 1;
    std::fputs(pieces.c_str(), is_seen ? stdout : stderr);
    if (!is_seen)
        std::fputs(
            "mdcertd snippet: these lines go into blocks that are there: put them in by hand\n",
            stderr);
    return is_seen ? 0 : 1;
}

const char* warning_unknown =
    "# The server could not be asked what serves these names now. Where a block for one of them "
    "is\n"
    "# there already, take over only the lines within: a second block would take the site away.\n";

}  // namespace

int snippet(const CommandLine& line) {
    const auto equals = line.server.find('=');
    const std::string file = equals == std::string::npos ? "" : line.server.substr(equals + 1);
    auto front = admin::front_server_named(line.server.substr(0, equals));
    if (!front) {
        std::fprintf(stderr, "mdcertd snippet: '%s' is not %s\n", line.server.c_str(),
                     admin::front_servers().c_str());
        return 2;
    }
    config::Loaded loaded = require_configuration(line);
    const model::DesiredState& desired = loaded.desired;
    std::vector<admin::FrontedSite> all, fresh;
    for (const std::string& name : line.names)
        all.push_back(site_of(domain_called(name, desired), desired.server.store_dir));
    admin::Forwarding to = admin::forwarding_for(*front, desired.server, all);
    const std::string told = told_by(admin::answer_of(*front), file);
    std::string text, pieces;
    for (const admin::FrontedSite& site : all) {
        auto places = places_of(*front, told, file, *site.domain);
        std::erase_if(places, is_ours);
        // A port 443 that is shared with the CA is divided for all sites at once.
        if (places.empty() || !to.tls.empty())
            fresh.push_back(site);
        else
            pieces += admin::snippet_for_existing(*front, to, site, places);
    }
    if (!fresh.empty())
        text = mark + (told.empty() ? warning_unknown : "") + admin::snippet(*front, to, fresh);
    std::fputs(text.c_str(), stdout);
    return say_pieces(pieces);
}

}  // namespace md::commands
