// SPDX-License-Identifier: Apache-2.0
// mdcertd: keeps TLS certificates valid. Here the command line becomes a call of one command.
#include "free_memory.hpp"
#include "open_files.hpp"
#include "options.hpp"

int main(int argc, char** argv) {
    md::share_memory_among_threads();
    md::raise_file_limit();
    return md::run_command_line(argc, argv);
}
