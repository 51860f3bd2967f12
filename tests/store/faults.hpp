// SPDX-License-Identifier: Apache-2.0
// The system calls that change a disk, seen and spoiled by the test program: its own open, write,
// fsync, rename and so on stand before the C library's, in this program alone. Only calls between
// a start and stop() count; a write counts when it goes to a file.
#pragma once

namespace md::test::faults {

void count();
// The n-th call (from 1) fails with this errno; with `lasting`, every later one as well.
void fail_at(unsigned n, int error, bool lasting = false);
// The process dies by SIGKILL where the n-th call would be.
void kill_at(unsigned n);
// How many calls there were since.
unsigned stop();

// RENAME_EXCHANGE gives EINVAL, as on some file systems; independent of the above.
void refuse_exchange(bool refuse);
// fsync counts, and waits for no disk: what a killed process did stays done without it.
void skip_sync(bool skip);

}  // namespace md::test::faults
