// SPDX-License-Identifier: Apache-2.0
// The state of all managed domains in one line, for `systemctl status`.
#pragma once

#include "drive/reconcile.hpp"

#include <chrono>
#include <string>

namespace md {

// "12 managed domains, 11 valid, next: a.org renews 2026-12-01"
std::string status_line(const drive::Reconcile& reconcile, std::chrono::sys_seconds now);

}  // namespace md
