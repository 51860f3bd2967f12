// SPDX-License-Identifier: Apache-2.0
// <IfVersion> of httpd's mod_version: its operators, and which httpd mdcertd reads like.
#pragma once

#include "model/mistake.hpp"

#include <string>
#include <string_view>

namespace md::config {

// Files are read as this httpd does.
constexpr std::string_view httpd_version = "2.4.71";

// Operators: = == < <= > >= ~, each with a '!' before it; "/REGEX/" as version of '='. A version
// is MAJOR[.MINOR[.PATCH]], with 0 for what is missing.
model::Checked<bool> version_matches(std::string_view op, std::string_view version);

}  // namespace md::config
