// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <csignal>

namespace md {
namespace {

void mask_hangups(int how) {
    sigset_t hangups;
    sigemptyset(&hangups);
    sigaddset(&hangups, SIGHUP);
    // Nothing else runs yet, so this is the mask of the threads to come, too.
    static_cast<void>(::sigprocmask(how, &hangups, nullptr));
}

}  // namespace

void hold_hangups() {
    mask_hangups(SIG_BLOCK);
}

void release_hangups() {
    mask_hangups(SIG_UNBLOCK);
}

void outlive_failed_writes() {
    // Programs that are run get the default again (process/child_process).
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace md
