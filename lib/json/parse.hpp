// SPDX-License-Identifier: Apache-2.0
// Text becomes JSON within bounds, without exceptions. The depth is counted before anything is
// built: nlohmann's parser callback gives it as well, but goes through a container again at the end
// of each object in it, which is quadratic.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace md::json {

using Value = nlohmann::json;                 // members sorted by name
using OrderedValue = nlohmann::ordered_json;  // members in the order written

struct Bounds {
    std::size_t octets = 1024 * 1024;
    int levels = 32;
};

// Why a text was not parsed: "it is nested too deeply".
struct Unparsed {
    std::string why;
};

[[noreturn]] inline void throw_exception_from_error(const Unparsed& unparsed,
                                                    const boost::source_location&) {
    throw std::logic_error("unchecked text: " + unparsed.why);
}

// Value or OrderedValue. Of members of one name the last one counts.
template <typename Json>
boost::system::result<Json, Unparsed> parse(std::string_view text, const Bounds& bounds);

extern template boost::system::result<Value, Unparsed> parse(std::string_view, const Bounds&);
extern template boost::system::result<OrderedValue, Unparsed> parse(std::string_view,
                                                                    const Bounds&);

// With what hand-made JSON gets wrong mended: text in Latin-1 instead of UTF-8, and line breaks
// within texts. For a text that does not parse as it is.
std::string mended(std::string_view text);

}  // namespace md::json
