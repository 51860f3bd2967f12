// SPDX-License-Identifier: Apache-2.0
// Vectors with lengths in front of them; each length is checked before it is believed.
#include "server/client_hello.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace md::server {
namespace {

constexpr unsigned char host_name = 0;
constexpr std::size_t longest_name = 255;

// The rest behind a two-octet length that covers exactly it.
std::optional<base::BytesView> vector_in(base::BytesView octets) {
    if (octets.size() < 2 || std::size_t{octets[0]} * 256 + octets[1] != octets.size() - 2)
        return std::nullopt;
    return octets.subspan(2);
}

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

}  // namespace

std::optional<std::string> server_name(base::BytesView extension) {
    auto list = vector_in(extension);
    // RFC 6066 knows one type of name and allows one name of a type.
    if (!list || list->empty() || list->front() != host_name)
        return std::nullopt;
    auto octets = vector_in(list->subspan(1));
    if (!octets || octets->empty() || octets->size() > longest_name)
        return std::nullopt;
    std::string_view name = base::text_of(*octets);
    if (name.ends_with('.'))
        name.remove_suffix(1);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_char))
        return std::nullopt;
    return base::lower(name);
}

bool offers_protocol(base::BytesView extension, std::string_view protocol) {
    auto names = vector_in(extension);
    return names && lists_protocol(*names, protocol);
}

bool lists_protocol(base::BytesView names, std::string_view protocol) {
    bool found = false;
    while (!names.empty()) {
        std::size_t size = names.front();
        if (size == 0 || size > names.size() - 1)
            return false;
        found = found || base::text_of(names.subspan(1, size)) == protocol;
        names = names.subspan(1 + size);
    }
    return found;
}

}  // namespace md::server
