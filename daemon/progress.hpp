// SPDX-License-Identifier: Apache-2.0
// What a person at a terminal sees while certificates are obtained; elsewhere the log tells it.
#pragma once

#include "model/desired_state.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace md {

// Starts the log at the configured level, and returns what hears of every stage: on a terminal it
// prints a line, and the log keeps to warnings and errors.
std::function<void(const std::string& domain, std::string_view stage)> start_telling(
    model::LogLevel level);

// What is being done at this stage, for a person; "" where there is nothing to say.
std::string stage_text(std::string_view stage);

// The level of a new configuration.
void set_log_level(model::LogLevel level);

}  // namespace md
