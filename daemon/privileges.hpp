// SPDX-License-Identifier: Apache-2.0
// Giving up root: once the ports are bound, the process becomes the configured user for good.
#pragma once

#include "model/desired_state.hpp"

namespace md {

// Does nothing unless started as root. Makes ServerRoot for the user where it is missing. Warns
// when it has to stay root (no such user, or User root). Throws base::SystemError when becoming the
// user fails.
void become_user(const model::ServerSettings& server);

// As long as it lives, root acts as the owner of the store, or as the configured user where there
// is none yet: what is made in the store is theirs. Does nothing unless root. Throws
// base::SystemError.
class ActingAsOwner {
public:
    explicit ActingAsOwner(const model::ServerSettings& server);
    ~ActingAsOwner();
    ActingAsOwner(const ActingAsOwner&) = delete;
    ActingAsOwner& operator=(const ActingAsOwner&) = delete;

private:
    bool acting_ = false;
};

// Whether this process may find out what the user that become_user() leads to could do.
bool may_judge_store(const model::ServerSettings& server);
// Why that user could not write in that directory and those in it, or make it where it is missing:
// "/var/lib/mdcertd/md/domains: Permission denied for user mdcertd"; "" when it could.
std::string write_obstacle(const model::ServerSettings& server, const std::string& directory);

}  // namespace md
