// SPDX-License-Identifier: Apache-2.0
// A Unix socket for what a web server passes on. Whoever can put another socket at its path while
// mdcertd is down answers the CA, so only a folder that others cannot write to is good enough.
#pragma once

#include <string>

namespace md::server {

// Why a socket at this path could be replaced by another user: "others may write to /tmp"; "" when
// none could. The folder and those above it belong to root or to this process' user, as ssh demands
// of the files that it trusts.
std::string replaceable_by_others(const std::string& path);

// A socket that listens at the path: mode 0660, and the group of its folder where this process may
// give it that. Replaces the socket of a process that is gone. -1: `reason` tells why.
int listen_at(const std::string& path, std::string& reason);

}  // namespace md::server
