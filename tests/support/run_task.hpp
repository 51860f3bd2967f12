// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/run_task.hpp"

namespace md::test {

using base::run_task;

}  // namespace md::test
