// SPDX-License-Identifier: Apache-2.0
// MDExternalAccountBinding: what people paste, and the file it may stand in (RFC 8555 §7.3.4).
#pragma once

#include "config/codecs.hpp"
#include "config/source_reader.hpp"

#include <string>
#include <string_view>

namespace md::config {

// The key in base64url of what is written in base64 or base64url, with padding and blanks or
// without.
Checked<std::string> parse_mac_key(std::string_view text);

void set_account_binding(const Directive& directive, model::Settings& settings, Report& report);
// The key masked.
std::string account_binding_text(const model::Settings& settings);

// What stands in the file that these settings name, where that was not read yet. One that cannot be
// read, or holds something else, stops the managed domain. `folder`: ServerRoot.
void read_account_binding(model::Settings& settings, const SourceReader& source,
                          const std::string& folder);

}  // namespace md::config
