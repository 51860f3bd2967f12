// SPDX-License-Identifier: Apache-2.0
#include "config/variables.hpp"

#include <algorithm>

namespace md::config {
namespace {

std::string on_one_line(std::string value) {
    std::replace_if(
        value.begin(), value.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; },
        ' ');
    return value;
}

}  // namespace

Variables::Variables(Lookup environment, const std::vector<std::string>& defines)
    : environment_(std::move(environment)) {
    for (const std::string& name : defines)
        define(name, std::nullopt);
}

void Variables::define(const std::string& name, std::optional<std::string> value) {
    defined_.insert_or_assign(name, std::move(value));
}

void Variables::undefine(const std::string& name) {
    defined_.erase(name);
}

bool Variables::is_defined(const std::string& name) const {
    return defined_.contains(name);
}

std::optional<std::string> Variables::value(std::string_view name) const {
    if (auto found = defined_.find(name); found != defined_.end() && found->second)
        return on_one_line(*found->second);
    std::optional<std::string> value;
    if (environment_)
        value = environment_(name);
    if (value)
        value = on_one_line(std::move(*value));
    return value;
}

}  // namespace md::config
