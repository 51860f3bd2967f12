// SPDX-License-Identifier: Apache-2.0
// Which account User and Group come to on this machine. Everything that asks on whose behalf
// mdcertd works asks here.
#pragma once

#include "model/desired_state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace md {

struct Identity {
    uid_t user;
    gid_t group;
};

// What is written and is not there.
struct AccountMistake {
    std::string_view directive;  // "User" or "Group"
    std::string message;
    std::string hint;
};

struct SystemUser {
    std::string name;                  // as User says
    std::optional<Identity> identity;  // nullopt: root
    std::optional<AccountMistake> mistake;
};

// Names and #NUMBERs are understood. The default names may be missing: without such a user it is
// root, without such a group the user's own. Any other name that is not there is a mistake.
SystemUser system_user_of(const model::ServerSettings& server);

}  // namespace md
