// SPDX-License-Identifier: Apache-2.0
#include "store/access.hpp"

#include "base/log.hpp"
#include "store/layout.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <optional>
#include <sys/xattr.h>
#include <vector>

namespace md::store {
namespace {

enum class Kind { key, certificate, folder };

std::optional<Kind> kind_of(const std::string& file) {
    if (is_private_key_file(file))
        return Kind::key;
    return is_certificate_file(file) ? std::optional(Kind::certificate) : std::nullopt;
}

// What is never kept: for a key all access of others; a folder is not listed by others, nor written
// to by anybody else, but the way through it stays; a certificate is no secret.
mode_t never_kept(Kind kind) {
    switch (kind) {
        case Kind::key:
            return S_IRWXO;
        case Kind::certificate:
            return S_IWOTH;
        case Kind::folder:
            break;
    }
    return S_IROTH | S_IWOTH | S_IWGRP;
}

std::string path_of(const Descriptor& file) {
    return "/proc/self/fd/" + std::to_string(file.get());
}

// ACLs as the kernel has them: nothing is read into them here (acl(5), posix_acl_xattr.h).
std::vector<char> attribute(const Descriptor& file, const char* name) {
    std::array<char, 4096> value{};
    ssize_t size = ::getxattr(path_of(file).c_str(), name, value.data(), value.size());
    return {value.begin(), value.begin() + std::max<ssize_t>(size, 0)};
}

class Heir {
public:
    // `to` is open for reading, and ours.
    Heir(const std::string& name, std::string path, Descriptor from, Descriptor to)
        : name_(name), path_(std::move(path)), from_(std::move(from)), to_(std::move(to)) {}

    void inherit(Kind kind) {
        struct stat former {
        }, made{};
        if (!from_ || !to_ || ::fstat(from_.get(), &former) != 0 ||
            ::fstat(to_.get(), &made) != 0 || S_ISLNK(former.st_mode))
            return;
        mode_t wanted = former.st_mode & 07777;
        if (const mode_t lost = wanted & never_kept(kind); lost != 0 && kind != Kind::certificate)
            log::warn(kind == Kind::key
                          ? "a private key was open to all users, its successor is not"
                          : "the folder of a private key was open to others, its "
                            "successor is less so",
                      log::kv("domain", name_), log::kv("path", path_));
        wanted &= ~never_kept(kind);
        if (former.st_gid != made.st_gid)
            note(::fchown(to_.get(), static_cast<uid_t>(-1), former.st_gid), "group",
                 group_text(former.st_gid));
        keep_acl("system.posix_acl_access");
        if (kind == Kind::folder)
            keep_acl("system.posix_acl_default");
        // Last: it also says what an ACL gives to others and, as its mask, to groups.
        if ((made.st_mode & 07777) != wanted && ::fchmod(to_.get(), wanted) != 0)
            note(::fchmod(to_.get(), wanted & 0777), "mode", "");  // RestrictSUIDSGID= of the unit
    }

private:
    static std::string group_text(gid_t group) {
        const struct group* known = ::getgrgid(group);
        return known == nullptr ? "#" + std::to_string(group) : std::string(known->gr_name);
    }

    void keep_acl(const char* kind) {
        const std::vector<char> acl = attribute(from_, kind);
        if (!acl.empty())
            note(::fsetxattr(to_.get(), kind, acl.data(), acl.size(), 0), "ACL", "");
    }

    void note(int result, const char* what, const std::string& value) const {
        if (result == 0)
            return;
        const std::string reason = std::strerror(errno);
        log::warn("access to the new certificate is not as it was: run 'mdcertd check'",
                  log::kv("domain", name_), log::kv("path", path_), log::kv("lost", what),
                  log::kv("value", value), log::kv("reason", reason));
    }

    const std::string& name_;
    std::string path_;
    Descriptor from_, to_;
};

Descriptor open_in(const Descriptor& folder, const std::string& file, int flags) {
    return Descriptor(::openat(folder.get(), file.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
}

// The file that stands for this one: itself or, where the key type changed, another of its kind.
std::string model_of(const FileTree& tree, const std::string& live, const std::string& file,
                     Kind kind) {
    struct stat status {};
    std::string found;
    for (const std::string& former : tree.names(live))
        if (kind_of(former) == kind && (found.empty() || former == file) &&
            tree.look(live + "/" + former, status) && S_ISREG(status.st_mode))
            found = former;
    return found;
}

}  // namespace

void keep_access(const FileTree& tree, const std::string& name, const std::string& live,
                 const std::string& built, const std::map<std::string, std::string>& values) {
    if (!tree.is_folder(live))
        return;
    const Descriptor from = way_to(tree.root(), live), to = way_to(tree.root(), built);
    for (const auto& [file, value] : values) {
        const auto kind = kind_of(file);
        const std::string former = kind ? model_of(tree, live, file, *kind) : "";
        if (!former.empty())
            Heir(name, tree.path(live + "/" + former), open_in(from, former, O_PATH),
                 open_in(to, file, O_RDONLY))
                .inherit(*kind);
    }
    Heir(name, tree.path(live), open_in(from, ".", O_PATH), open_in(to, ".", O_RDONLY))
        .inherit(Kind::folder);
}

}  // namespace md::store
