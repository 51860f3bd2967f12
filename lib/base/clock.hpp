// SPDX-License-Identifier: Apache-2.0
// The clock: what time it is, and waiting for it. The daemon has the system's; tests have a manual
// one (tests/support/manual_clock.hpp), so nothing under test ever sleeps.
#pragma once

#include "base/task.hpp"

#include <chrono>

namespace md::base {

using std::chrono::sys_seconds;

class Clock {
public:
    virtual ~Clock() = default;
    // The wall clock, which may jump; for what survives a restart.
    virtual sys_seconds now() const = 0;
    // Resumes after the duration (steady, not wall time). Honours cancellation by throwing
    // operation_aborted.
    virtual Task<void> wait(std::chrono::milliseconds duration) = 0;
};

class SystemClock final : public Clock {
public:
    sys_seconds now() const override;
    Task<void> wait(std::chrono::milliseconds duration) override;
};

}  // namespace md::base
