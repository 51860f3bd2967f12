// SPDX-License-Identifier: Apache-2.0
// mdcertd: keeps TLS certificates valid. Here the command line becomes a call of one command.
#include "crypto/wiping_memory.hpp"
#include "free_memory.hpp"
#include "open_files.hpp"
#include "options.hpp"
#include "signals.hpp"

#include <sys/prctl.h>

int main(int argc, char** argv) {
    md::hold_hangups();
    md::keep_standard_streams();
    // Keys are neither in what was freed nor in a core file, and no other process of the same user
    // may look for them.
    md::crypto::wipe_what_openssl_frees();
    ::prctl(PR_SET_DUMPABLE, 0);
    md::share_memory_among_threads();
    md::raise_file_limit();
    return md::run_command_line(argc, argv);
}
