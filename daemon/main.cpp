// SPDX-License-Identifier: Apache-2.0
// mdcertd: keeps TLS certificates valid. Here the command line becomes a call of one command.
#include "options.hpp"

int main(int argc, char** argv) {
    return md::run_command_line(argc, argv);
}
