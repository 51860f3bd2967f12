// SPDX-License-Identifier: Apache-2.0
// A parsed text to be read by its members. Who only reads includes this and not nlohmann's large
// header.
#pragma once

#include "json/members.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace md::json {

class ParsedText {
public:
    // nullopt: not JSON, larger or nested deeper than that.
    static std::optional<ParsedText> parse(std::string_view text, const Bounds& bounds);
    // The same for what others may have written by hand: what does not parse is mended first.
    static std::optional<ParsedText> parse_mended(std::string_view text, const Bounds& bounds);

    Members members() const { return Members(*value_); }
    const Value& value() const { return *value_; }

private:
    explicit ParsedText(std::shared_ptr<const Value> value) : value_(std::move(value)) {}

    std::shared_ptr<const Value> value_;
};

}  // namespace md::json
