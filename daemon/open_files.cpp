// SPDX-License-Identifier: Apache-2.0
#include "open_files.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace md {

void raise_file_limit() {
    constexpr rlim_t enough = 65536;
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    rlim_t wanted = std::min(files.rlim_max, enough);
    if (wanted <= files.rlim_cur)
        return;
    files.rlim_cur = wanted;
    // When it fails, the responder makes do with what there is.
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
}

void keep_standard_streams() {
    for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
            // It takes the lowest free number, which is this one.
            static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY));
}

}  // namespace md
