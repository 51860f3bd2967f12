// SPDX-License-Identifier: Apache-2.0
#include "open_files.hpp"

#include <algorithm>
#include <sys/resource.h>

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

}  // namespace md
