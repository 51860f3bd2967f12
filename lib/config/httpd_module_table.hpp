// SPDX-License-Identifier: Apache-2.0
// Which directives httpd 2.4 and the modules of its distribution have, and which module has which.
// Taken from `apache2 -L` with all modules of 2.4.71; modules of others are not in it.
#pragma once

#include <span>
#include <string_view>

namespace md::config {

// The source files of the modules that have the directive ("mod_ssl.c"), whatever the case of the
// name; a section's name starts with '<'. Empty: httpd does not have it.
std::span<const std::string_view> httpd_modules_of(std::string_view directive);

}  // namespace md::config
