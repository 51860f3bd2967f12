// SPDX-License-Identifier: Apache-2.0
#include "config/variables.hpp"

#include "base/ascii.hpp"

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

Variables::Variables(EnvironmentVariables environment, const std::vector<std::string>& defines)
    : environment_(std::move(environment)) {
    for (const std::string& name : defines)
        define(name, std::nullopt);
}

void Variables::define(const std::string& name, std::optional<std::string> value) {
    names_.insert(name);
    if (value)
        values_.insert_or_assign(base::lower(name), std::move(*value));
}

void Variables::undefine(const std::string& name) {
    names_.erase(name);
    values_.erase(base::lower(name));
}

bool Variables::is_defined(const std::string& name) const {
    return names_.contains(name);
}

std::optional<std::string> Variables::value(std::string_view name) const {
    if (auto found = values_.find(base::lower(name)); found != values_.end())
        return on_one_line(found->second);
    auto found = environment_.find(name);
    return found == environment_.end() ? std::nullopt : std::optional(on_one_line(found->second));
}

}  // namespace md::config
