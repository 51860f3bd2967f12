// SPDX-License-Identifier: Apache-2.0
// A Unix socket as a file: bound in private, put in place whole, taken away by its owner alone.
#pragma once

#include <string>
#include <sys/types.h>

namespace md::server {

// A listening socket at a path. Nobody can connect before its mode is 0600: it is bound under a
// name of its own, given its mode, and renamed to the path.
class SocketFile {
public:
    // Throws base::Error when a daemon lives behind the path, or the path is no socket.
    explicit SocketFile(std::string path);
    SocketFile(const SocketFile&) = delete;
    SocketFile& operator=(const SocketFile&) = delete;
    // Removes the file unless another daemon has put its own there.
    ~SocketFile();

    // The listening socket; the caller owns it from then on.
    int release();

private:
    std::string path_;
    int fd_ = -1;
    dev_t device_{};
    ino_t inode_{};
};

// Connects without waiting: a descriptor, or -1 with errno set.
int connect_to(const std::string& path);

// True for the errors of connect_to that mean that no daemon listens there.
bool means_nobody(int error);

}  // namespace md::server
