// SPDX-License-Identifier: Apache-2.0
// What is wrong with a text a person wrote, and what to write instead. A value, never thrown: the
// caller knows the file and the line.
#pragma once

#include <boost/system/result.hpp>

#include <string>

namespace md::model {

struct Mistake {
    std::string what;  // "'exa_mple.org' is not a domain name: ..."
    std::string hint;  // what to do about it; may be empty

    bool operator==(const Mistake&) const = default;
};

[[noreturn]] inline void throw_exception_from_error(const Mistake& mistake,
                                                    const boost::source_location&) {
    throw std::logic_error("unchecked mistake: " + mistake.what);
}

template <typename T>
using Checked = boost::system::result<T, Mistake>;

}  // namespace md::model
