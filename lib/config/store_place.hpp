// SPDX-License-Identifier: Apache-2.0
// Which line says where the store is, or ServerRoot.
#pragma once

#include "config/config.hpp"

#include <string>

namespace md::config {

// "MDStoreDir at FILE:LINE", "ServerRoot at FILE:LINE", "no ServerRoot is set"; and of one that is
// passed over, the directive that makes its file one of httpd's.
std::string why_store_is_there(const Loaded& loaded);
// The same of ServerRoot alone, below which a store with an absolute MDStoreDir is not.
std::string why_server_root(const Loaded& loaded);

}  // namespace md::config
