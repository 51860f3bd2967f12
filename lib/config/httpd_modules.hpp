// SPDX-License-Identifier: Apache-2.0
// Which modules count as present, for <IfModule>, <IfDirective> and <IfSection>: those that a
// LoadModule line named and those that are compiled into Debian's httpd; where no such line was
// read, all of them.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace md::config {

class HttpdModules {
public:
    // "ssl_module", "modules/mod_ssl.so".
    void load(std::string_view identifier, std::string_view file);
    // <IfModule !NAME> was passed over because all modules count as present: NAME stays present,
    // since the LoadModule of it often stands in that section.
    void assume(std::string_view name);

    // By identifier or source file ("ssl_module", "mod_ssl.c"); case counts, as in httpd.
    bool has(std::string_view name) const;
    // A directive of ours, or of a module that is present; a section's name starts with '<'.
    bool has_directive(std::string_view name) const;

private:
    std::set<std::string, std::less<>> present_;
    bool any_loaded_ = false;
};

// Whether the text of a file has, outside of its sections, a directive or a section that httpd has
// and mdcertd does not share.
bool holds_httpd_directives(std::string_view text);

}  // namespace md::config
