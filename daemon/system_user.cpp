// SPDX-License-Identifier: Apache-2.0
#include "system_user.hpp"

#include <charconv>
#include <grp.h>
#include <limits>
#include <pwd.h>

namespace md {
namespace {

using Number = std::uint32_t;  // as uid_t and gid_t are on Linux
static_assert(sizeof(Number) == sizeof(uid_t) && sizeof(Number) == sizeof(gid_t));

// Of "#33"; the largest one means "unchanged" to the system.
std::optional<Number> id_number(std::string_view text) {
    if (!text.starts_with('#'))
        return std::nullopt;
    Number number = 0;
    const char* end = text.data() + text.size();
    auto read = std::from_chars(text.data() + 1, end, number);
    bool is_number = read.ec == std::errc() && read.ptr == end;
    if (!is_number || number == std::numeric_limits<Number>::max())
        return std::nullopt;
    return number;
}

std::optional<gid_t> group_called(const std::string& text) {
    if (auto number = id_number(text))
        return *number;
    const group* known = ::getgrnam(text.c_str());
    return known == nullptr ? std::nullopt : std::optional<gid_t>(known->gr_gid);
}

struct FoundUser {
    uid_t user;
    std::optional<gid_t> group;  // nullopt: a number without a name
};

std::optional<FoundUser> user_called(const std::string& text) {
    const auto number = id_number(text);
    if (const passwd* known = number ? ::getpwuid(*number) : ::getpwnam(text.c_str()))
        return FoundUser{known->pw_uid, known->pw_gid};
    return number ? std::optional(FoundUser{*number, {}}) : std::nullopt;
}

AccountMistake missing(std::string_view directive, const std::string& name) {
    std::string noun = directive == "User" ? "user" : "group";
    return {directive, "there is no " + noun + " '" + name + "' on this machine",
            "make it, or name another one; #NUMBER is understood, too"};
}

}  // namespace

SystemUser system_user_of(const model::ServerSettings& server) {
    const model::ServerSettings defaults;
    SystemUser account{server.user, {}, {}};
    if (server.user == "root")
        return account;  // as asked for; looking it up would load the name services
    const auto group = group_called(server.group);
    if (!group && server.group != defaults.group)
        account.mistake = missing("Group", server.group);
    const auto user = user_called(server.user);
    if (!user && server.user != defaults.user)
        account.mistake = missing("User", server.user);
    else if (user && !group && !user->group)
        account.mistake = {"User", "user " + server.user + " has no group", "write Group as well"};
    if (!account.mistake && user && user->user != 0)
        account.identity = Identity{user->user, group ? *group : *user->group};
    return account;
}

}  // namespace md
