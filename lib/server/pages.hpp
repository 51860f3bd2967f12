// SPDX-License-Identifier: Apache-2.0
// What a port that shows pages says to one request: pure, given what the pages are. For browsers it
// closes what they might do with a page, and who else might have them fetch it.
#pragma once

#include "server/exchange.hpp"

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

// Under which hosts, lower case and without brackets and port, pages are shown; none = under all. A
// name that somebody else has point to this machine is not among them, so that a script in a
// browser here cannot read them (DNS rebinding).
using Hosts = std::vector<std::string>;

// What page is asked for, or why none is shown.
struct AskedPage {
    std::string_view path, query;     // "/path", "?query" or "", as received: views of the request
    std::optional<Response> refusal;  // to be sent
};
AskedPage asked_page(const Request& request, const Hosts& hosts);
// nullopt: there is no such page.
Response respond_with_page(std::optional<ServedPage> page);

}  // namespace md::server
