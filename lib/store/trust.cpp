// SPDX-License-Identifier: Apache-2.0
#include "store/trust.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <filesystem>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace md::store {
namespace {

namespace fs = std::filesystem;

std::string user_text(uid_t user) {
    const passwd* known = ::getpwuid(user);
    return "user " + (known == nullptr ? "#" + std::to_string(user) : std::string(known->pw_name));
}

std::string group_text(gid_t group) {
    const struct group* known = ::getgrgid(group);
    return known == nullptr ? "#" + std::to_string(group) : std::string(known->gr_name);
}

// What root owns outside of a container without an identity of its own for it.
uid_t unmapped_user() {
    std::ifstream map("/proc/self/uid_map"), overflow("/proc/sys/kernel/overflowuid");
    unsigned long inside = 0, outside = 0, count = 0, user = 0;
    bool all = map >> inside >> outside >> count && count == 0xffffffffUL;
    return !all && overflow >> user ? static_cast<uid_t>(user) : 0;
}

bool is_own(uid_t owner) {
    return owner == 0 || owner == ::geteuid();
}

[[noreturn]] void refuse(const std::string& path, const std::string& why,
                         const std::string& remedy) {
    throw base::Error(path + " " + why + ", who could put other keys and certificates there: " +
                      remedy + ", or choose another MDStoreDir");
}

void require_owner(const std::string& path, const struct stat& status) {
    if (!is_own(status.st_uid))
        refuse(path, "belongs to " + user_text(status.st_uid),
               "'chown " + user_text(::geteuid()).substr(5) + " " + path + "'");
}

// A folder above the store. In one with the sticky bit, as /tmp has it, nobody can move what is
// another's.
void require_way(const std::string& path, const struct stat& status) {
    if (status.st_uid == 0 || status.st_uid != unmapped_user())
        require_owner(path, status);
    if (S_ISLNK(status.st_mode) || (status.st_mode & S_ISVTX) != 0)
        return;
    if ((status.st_mode & S_IWOTH) != 0)
        refuse(path, "may be written to by all users", "'chmod o-w " + path + "'");
    // Debian's /usr/local is the group staff's: said, not refused.
    if ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && status.st_gid != ::getegid())
        log::warn("a folder above the store may be written to by a group", log::kv("path", path),
                  log::kv("group", group_text(status.st_gid)));
}

void require_closed(const std::string& path, const struct stat& status) {
    if ((status.st_mode & S_IWOTH) != 0)
        refuse(path, "may be written to by all users", "'chmod go-w " + path + "'");
    if ((status.st_mode & S_IWGRP) != 0)
        refuse(path, "may be written to by the group " + group_text(status.st_gid),
               "'chmod g-w " + path + "'");
}

void require_ways_to(const fs::path& place) {
    fs::path way;
    for (const fs::path& part : place) {
        way /= part;
        struct stat status {};
        if (::lstat(way.c_str(), &status) != 0)
            return;
        if (way != place)
            require_way(way.string(), status);
        else
            require_owner(way.string(), status);
    }
}

// What nobody but us has to write to.
void require_own_folder(const std::string& path, bool is_shared_with_httpd) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0)
        return;
    if (S_ISLNK(status.st_mode))
        throw base::Error(path +
                          " is a link, and links in a store are not followed: put the "
                          "folder that it leads to in its place");
    if (is_shared_with_httpd && !is_own(status.st_uid)) {
        if ((status.st_mode & S_IWOTH) != 0)
            refuse(path, "may be written to by all users", "'chmod o-w " + path + "'");
        return;
    }
    require_owner(path, status);
    require_closed(path, status);
}

// A trailing slash is an empty last component.
fs::path plain(const std::string& directory) {
    fs::path path = fs::absolute(directory).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

}  // namespace

void require_own_place(const std::string& directory) {
    const fs::path place = plain(directory);
    require_ways_to(place);
    std::error_code error;
    const fs::path real = fs::weakly_canonical(place, error);
    if (error)
        return;  // a loop of links, which whoever goes there meets
    if (real != place)
        require_ways_to(real);
    struct stat status {};
    if (::lstat(real.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
        require_closed(real.string(), status);
}

void require_own_folders(const std::string& directory) {
    for (const char* group : {"accounts", "domains", "archive", "tmp", "index"})
        require_own_folder(directory + "/" + group, false);
    for (const char* group : {"staging", "challenges", "ocsp"})
        require_own_folder(directory + "/" + group, true);
}

std::string trust_problem(const std::string& directory) {
    try {
        require_own_place(directory);
        require_own_folders(directory);
    } catch (const base::Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace md::store
