// SPDX-License-Identifier: Apache-2.0
// Lines "KEY = value" as certbot's renewal files have them, and "KEY='value'" as acme.sh's do.
// Nothing is expanded or run. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace md::import {

// The last value of each key. Quotes around a value are taken off; comments, sections and lines
// without '=' are passed over.
std::map<std::string, std::string> assignments(std::string_view text);

// The value, or "".
std::string value_of(const std::map<std::string, std::string>& values, const std::string& key);

}  // namespace md::import
