// SPDX-License-Identifier: Apache-2.0
// What a port that shows pages says to one request: pure, given what the pages are. For browsers it
// closes what they might do with a page, and who else might have them fetch it.
#pragma once

#include "server/exchange.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::server {

struct ServedPage {
    std::string_view content_type;  // static
    std::shared_ptr<const std::string> text;
    unsigned status = 200;
};

// The page at "/path", "?query" or ""; both as received. nullopt: there is none.
using PageFor =
    std::function<std::optional<ServedPage>(std::string_view path, std::string_view query)>;

// Under which hosts, lower case and without brackets and port, pages are shown; none = under all. A
// name that somebody else has point to this machine is not among them, so that a script in a
// browser here cannot read them (DNS rebinding).
using Hosts = std::vector<std::string>;

Response respond_with_page(const Request& request, const Hosts& hosts, const PageFor& page_for);

}  // namespace md::server
