// SPDX-License-Identifier: Apache-2.0
#include "privileges.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace md {
namespace {

struct Identity {
    uid_t user;
    gid_t group;
};

std::optional<Identity> identity_of(const model::ServerSettings& server) {
    if (server.user == "root")
        return std::nullopt;  // as asked for; looking it up would load the name services
    const passwd* user = ::getpwnam(server.user.c_str());
    if (user == nullptr)
        return std::nullopt;
    Identity identity{user->pw_uid, user->pw_gid};
    if (const group* wanted = ::getgrnam(server.group.c_str()))
        identity.group = wanted->gr_gid;
    return identity;
}

bool may_write(const std::filesystem::path& place) {
    return ::faccessat(AT_FDCWD, place.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

void make_root_for(const model::ServerSettings& server, const Identity& identity) {
    std::error_code ignored;
    if (std::filesystem::exists(server.server_root, ignored))
        return;
    std::filesystem::create_directories(server.server_root, ignored);
    if (::chmod(server.server_root.c_str(), 0700) != 0 ||
        ::chown(server.server_root.c_str(), identity.user, identity.group) != 0)
        base::raise_errno("cannot make ServerRoot " + server.server_root);
}

}  // namespace

bool may_judge_store(const model::ServerSettings& server) {
    const passwd* user = ::getpwuid(::geteuid());
    return ::geteuid() == 0 || (user != nullptr && server.user == user->pw_name);
}

std::string write_obstacle(const model::ServerSettings& server, const std::string& directory) {
    std::filesystem::path place = directory;
    std::error_code ignored;
    while (place.has_parent_path() && place != place.parent_path() &&
           !std::filesystem::exists(place, ignored))
        place = place.parent_path();
    auto identity = ::geteuid() == 0 ? identity_of(server) : std::nullopt;
    if (identity && (::setegid(identity->group) != 0 || ::seteuid(identity->user) != 0))
        base::raise_errno("cannot act as user " + server.user);
    std::vector<std::filesystem::path> places = {place};
    for (const char* below : {"accounts", "domains", "staging", "tmp"})
        if (std::filesystem::exists(place / below, ignored))
            places.push_back(place / below);
    auto closed = std::find_if_not(places.begin(), places.end(), may_write);
    int reason = errno;
    if (identity && (::seteuid(0) != 0 || ::setegid(0) != 0))
        base::raise_errno("cannot act as root again");
    if (closed == places.end())
        return {};
    // ServerRoot is made for the user by root.
    if (identity && place != directory && reason == EACCES &&
        !std::filesystem::exists(server.server_root, ignored))
        return {};
    return closed->string() + ": " + std::strerror(reason) +
           (identity ? " for user " + server.user : "");
}

void become_user(const model::ServerSettings& server) {
    if (::geteuid() != 0)
        return;
    auto identity = identity_of(server);
    if (!identity || identity->user == 0) {
        log::warn("running as root: make a system user and name it with 'User'",
                  log::kv("user", server.user));
        return;
    }
    make_root_for(server, *identity);
    if (::initgroups(server.user.c_str(), identity->group) != 0 ||
        ::setresgid(identity->group, identity->group, identity->group) != 0 ||
        ::setresuid(identity->user, identity->user, identity->user) != 0)
        base::raise_errno("cannot become user " + server.user);
    // Proof that there is no way back.
    if (::setuid(0) == 0)
        throw base::Error("root privileges could not be given up for good");
    log::info("became user", log::kv("user", server.user));
}

ActingAsOwner::ActingAsOwner(const model::ServerSettings& server) {
    if (::geteuid() != 0)
        return;
    auto identity = identity_of(server);
    struct stat status {};
    if (::stat(server.store_dir.c_str(), &status) == 0)
        identity = Identity{status.st_uid, status.st_gid};
    else if (identity)
        make_root_for(server, *identity);
    if (!identity || identity->user == 0)
        return;
    if (::setegid(identity->group) != 0 || ::seteuid(identity->user) != 0)
        base::raise_errno("cannot act as the owner of the store");
    acting_ = true;
}

ActingAsOwner::~ActingAsOwner() {
    if (acting_ && (::seteuid(0) != 0 || ::setegid(0) != 0))
        std::abort();  // what follows would write files of the wrong owner
}

}  // namespace md
