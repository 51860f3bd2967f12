// SPDX-License-Identifier: Apache-2.0
// What a port that shows pages says to one request: pure, given what the pages are. For browsers it
// closes what they might do with a page, and who else might have them fetch it.
#pragma once

#include "responder/answer.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::responder {

struct Page {
    std::string_view content_type;  // static
    std::shared_ptr<const std::string> text;
    unsigned status = 200;
};

// The page at "/path", "?query" or ""; both as received. nullopt: there is none.
using PageFor = std::function<std::optional<Page>(std::string_view path, std::string_view query)>;

// Under which hosts, lower case and without brackets and port, pages are shown; none = under all. A
// name that a stranger has point to this machine is not among them, so that his script in the
// browser of someone here cannot read them (DNS rebinding).
using Hosts = std::vector<std::string>;

Answer answer_with_page(const Question& question, const Hosts& hosts, const PageFor& page_for);

// "%2A.example.org" -> "*.example.org"; "+" stays. nullopt: a "%" without two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);
// Of "?all&name=x": "x" for "name", "" for "all", as received; nullopt where there is no such
// field.
std::optional<std::string_view> query_field(std::string_view query, std::string_view name);

}  // namespace md::responder
