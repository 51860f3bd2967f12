// SPDX-License-Identifier: Apache-2.0
#include "privileges.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "configuration.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace md {
namespace {

// All groups of a user; of one without a name only the given one.
std::vector<gid_t> groups_of(const Identity& identity) {
    std::vector<gid_t> groups = {identity.group};
    const passwd* user = ::getpwuid(identity.user);
    if (user == nullptr)
        return groups;
    int count = 1;
    while (::getgrouplist(user->pw_name, identity.group, groups.data(), &count) < 0)
        groups.resize(std::max(static_cast<std::size_t>(count), 2 * groups.size()));
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

std::vector<gid_t> own_groups() {
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    if (::getgroups(static_cast<int>(groups.size()), groups.data()) < 0)
        base::raise_errno("cannot tell the groups of root");
    return groups;
}

bool may_write(const std::filesystem::path& place) {
    return ::faccessat(AT_FDCWD, place.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

// Of a store's directories, the first that may not be written; errno says why. None: "".
std::filesystem::path first_closed(const std::filesystem::path& store) {
    std::error_code ignored;
    std::vector<std::filesystem::path> places = {store};
    for (const char* below : {"accounts", "domains", "staging", "tmp"})
        if (std::filesystem::exists(store / below, ignored))
            places.push_back(store / below);
    auto closed = std::find_if_not(places.begin(), places.end(), may_write);
    return closed == places.end() ? std::filesystem::path() : *closed;
}

void require(const SystemUser& account) {
    if (account.mistake)
        throw Misconfigured(std::string(account.mistake->directive) + ": " +
                            account.mistake->message + ": " + account.mistake->hint);
}

// The right to open ports below 1024, which ends with root unless it is kept: a port that is busy
// now, or that a reload brings, is opened later. A hook does not inherit it.
void keep_ports_alone() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
    sets[0].effective = sets[0].permitted = 1U << CAP_NET_BIND_SERVICE;
    bool is_given_up = ::syscall(SYS_capset, &header, sets) == 0;
    if (!is_given_up && errno == EPERM) {
        sets[0] = {};  // not even root had it
        is_given_up = ::syscall(SYS_capset, &header, sets) == 0;
    }
    if (!is_given_up || ::prctl(PR_SET_KEEPCAPS, 0L) != 0)
        base::raise_errno("cannot give up the rights of root");
}

void make_root_for(const model::ServerSettings& server, const Identity& identity) {
    std::error_code ignored;
    if (std::filesystem::exists(server.server_root, ignored))
        return;
    std::filesystem::create_directories(server.server_root, ignored);
    // The one that was made, and not what somebody has put there meanwhile.
    const int folder =
        ::open(server.server_root.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const bool made = folder >= 0 && ::fchmod(folder, 0700) == 0 &&
                      ::fchown(folder, identity.user, identity.group) == 0;
    const int reason = errno;
    ::close(folder);
    if (!made)
        throw base::SystemError("cannot make ServerRoot " + server.server_root, reason);
}

}  // namespace

std::optional<Identity> store_owner(const SystemUser& account,
                                    const model::ServerSettings& server) {
    require(account);
    struct stat status {};
    if (::stat(server.store_dir.c_str(), &status) == 0)
        return Identity{status.st_uid, status.st_gid};
    if (account.identity && ::geteuid() == 0)
        make_root_for(server, *account.identity);
    return account.identity;
}

ActingAs::ActingAs(const std::optional<Identity>& identity) {
    if (::geteuid() != 0 || !identity || identity->user == 0)
        return;
    const std::vector<gid_t> groups = groups_of(*identity);
    groups_ = own_groups();
    acting_ = true;
    if (::setgroups(groups.size(), groups.data()) == 0 && ::setegid(identity->group) == 0 &&
        ::seteuid(identity->user) == 0)
        return;
    const int reason = errno;
    if (!give_back())
        std::abort();
    throw base::SystemError("cannot act as user " + std::to_string(identity->user), reason);
}

bool ActingAs::give_back() const {
    return ::seteuid(0) == 0 && ::setegid(0) == 0 &&
           ::setgroups(groups_.size(), groups_.data()) == 0;
}

ActingAs::~ActingAs() {
    if (acting_ && !give_back())
        std::abort();  // what follows would write files of the wrong owner
}

bool may_judge_store(const SystemUser& account) {
    return ::geteuid() == 0 || (account.identity && account.identity->user == ::geteuid());
}

std::string reason_not_writable(const SystemUser& account, const model::ServerSettings& server,
                                const std::string& directory) {
    std::filesystem::path place = directory;
    std::error_code ignored;
    while (place.has_parent_path() && place != place.parent_path() &&
           !std::filesystem::exists(place, ignored))
        place = place.parent_path();
    auto identity = ::geteuid() == 0 ? account.identity : std::nullopt;
    std::filesystem::path closed;
    int reason = 0;
    {
        const ActingAs acting(identity);
        closed = first_closed(place);
        reason = errno;
    }
    if (closed.empty())
        return {};
    // ServerRoot is made for the user by root.
    if (identity && place != directory && reason == EACCES &&
        !std::filesystem::exists(server.server_root, ignored))
        return {};
    return closed.string() + ": " + std::strerror(reason) +
           (identity ? " for user " + account.name : "");
}

void become_user(const model::ServerSettings& server) {
    if (::geteuid() != 0)
        return;
    const SystemUser account = system_user_of(server);
    require(account);
    if (!account.identity) {
        log::warn("running as root: make a system user and name it with 'User'",
                  log::kv("user", account.name));
        return;
    }
    const auto [user, group] = *account.identity;
    make_root_for(server, *account.identity);
    const std::vector<gid_t> groups = groups_of(*account.identity);
    if (::prctl(PR_SET_KEEPCAPS, 1L) != 0 || ::setgroups(groups.size(), groups.data()) != 0 ||
        ::setresgid(group, group, group) != 0 || ::setresuid(user, user, user) != 0)
        base::raise_errno("cannot become user " + account.name);
    keep_ports_alone();
    // Proof that there is no way back.
    if (::setuid(0) == 0)
        throw base::Error("root privileges could not be given up for good");
    log::info("became user", log::kv("user", account.name));
}

}  // namespace md
