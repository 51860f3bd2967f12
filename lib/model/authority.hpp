// SPDX-License-Identifier: Apache-2.0
// Which CA a directory URL means. Pure.
#pragma once

#include <string_view>

namespace md::model {

// The RFC 8555 directory of a CA that this URL of ACME v1 belonged to, which ended in 2021; "" for
// any other URL.
std::string_view successor_of(std::string_view directory_url);

// Whether both mean the same directory: letters of the host, a default port, a final '/' and the
// version of the protocol make no difference.
bool same_authority(std::string_view one, std::string_view other);

}  // namespace md::model
