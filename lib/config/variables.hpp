// SPDX-License-Identifier: Apache-2.0
// What ${NAME} stands for: Define first, then the environment. The names given on the command line
// (-D NAME) are defined without a value, for <IfDefine> only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace md::config {

class Variables {
public:
    using Lookup = std::function<std::optional<std::string>(std::string_view)>;

    Variables(Lookup environment, const std::vector<std::string>& defines);

    // Without a value the name is only known to <IfDefine>.
    void define(const std::string& name, std::optional<std::string> value);
    void undefine(const std::string& name);
    bool is_defined(const std::string& name) const;
    // Line ends in the value became blanks: a variable can not bring a directive with it.
    std::optional<std::string> value(std::string_view name) const;

private:
    Lookup environment_;
    std::set<std::string, std::less<>> names_;  // for <IfDefine>, where case counts
    std::map<std::string, std::string, std::less<>>
        values_;  // by lower case: ${X} is ${x} to httpd
};

}  // namespace md::config
