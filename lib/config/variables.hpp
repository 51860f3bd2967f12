// SPDX-License-Identifier: Apache-2.0
// What ${NAME} stands for: Define first, then the environment. The names given on the command line
// (-D NAME) are defined without a value, for <IfDefine> only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace md::config {

// By name, where case counts.
using EnvironmentVariables = std::map<std::string, std::string, std::less<>>;

class Variables {
public:
    Variables(EnvironmentVariables environment, const std::vector<std::string>& defines);

    // Without a value the name is only known to <IfDefine>.
    void define(const std::string& name, std::optional<std::string> value);
    void undefine(const std::string& name);
    bool is_defined(const std::string& name) const;
    // Line ends in the value became blanks: a variable can not bring a directive with it.
    std::optional<std::string> value(std::string_view name) const;

private:
    EnvironmentVariables environment_;
    std::set<std::string, std::less<>> names_;  // for <IfDefine>, where case counts
    std::map<std::string, std::string, std::less<>>
        values_;  // by lower case: ${X} is ${x} to httpd
};

}  // namespace md::config
