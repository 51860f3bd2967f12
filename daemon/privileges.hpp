// SPDX-License-Identifier: Apache-2.0
// Giving up root: once the ports are bound, the process becomes the configured user for good, who
// may open ports and nothing else of what root may; and what root does on behalf of that user.
#pragma once

#include "system_user.hpp"

#include <optional>
#include <string>
#include <vector>

namespace md {

// Does nothing unless started as root. Makes ServerRoot for the user where it is missing. Warns
// when it has to stay root (no user of the default name, or User root). Throws base::Error for an
// account that is a mistake, base::SystemError when becoming the user fails.
void become_user(const model::ServerSettings& server);

// The owner of the store, or the account where there is no store yet, for whom root makes
// ServerRoot. Throws as become_user() does.
std::optional<Identity> store_owner(const SystemUser& account, const model::ServerSettings& server);

// As long as it lives, root acts as somebody else, with the groups of that user alone: may what
// they may, and what it makes is theirs. Does nothing unless root, nor for nullopt and root. Throws
// base::SystemError.
class ActingAs {
public:
    explicit ActingAs(const std::optional<Identity>& identity);
    ~ActingAs();
    ActingAs(const ActingAs&) = delete;
    ActingAs& operator=(const ActingAs&) = delete;

private:
    bool give_back() const;

    bool acting_ = false;
    std::vector<gid_t> groups_;  // root's own
};

// Whether this process may find out what the account could do.
bool may_judge_store(const SystemUser& account);
// Why the account could not write in that directory and those in it, or make it where it is
// missing: "/var/lib/mdcertd/md/domains: Permission denied for user mdcertd"; "" when it could.
std::string reason_not_writable(const SystemUser& account, const model::ServerSettings& server,
                                const std::string& directory);

}  // namespace md
