// SPDX-License-Identifier: Apache-2.0
// The table of all directives: one row says everything about one of them. Parser, defaults, merge,
// check, show-config, config/reference.conf and the man page come from it or are checked against
// it.
#pragma once

#include "config/codecs.hpp"
#include "config/document.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace md::config {

// Where a directive may stand, a set of bits.
enum Place : unsigned {
    at_top = 1,     // outside of all sections
    in_domain = 2,  // in <ManagedDomain>
    in_host = 4,    // in <VirtualHost>
};

// What a directive is about.
enum class Scope {
    language,  // Define, Include, ...: the parser's own
    server,    // a setting of the daemon
    domain,    // a setting of an MD; outside of sections the default of all
    names,     // which names belong to which MD
    host,      // the virtual hosts of a web server
};

struct DirectiveSpec {
    std::string_view name;
    std::array<std::string_view, 2> aliases = {};
    Scope scope = Scope::server;
    unsigned places = at_top;
    bool is_line = true;           // "Name args"
    bool is_section = false;       // "<Name args>...</Name>"
    bool is_raw = false;           // a command line: words as libapr splits them
    bool is_shared = false;        // httpd's core has it too, so it may be meant for httpd alone
    unsigned least = 1, most = 1;  // how many arguments
    std::string_view arguments;    // "DURATION | PERCENT%"
    std::string_view default_value = {};  // as it would be written; "" = none
    std::string_view example;             // one good use, as it would be written
    std::string_view sentence;            // what it is for
    std::string_view setting = {};        // the row whose setting it gives, when not its own

    // How it sets what it is about, by its scope.
    Setting<model::ServerSettings> server = {};
    Setting<model::Settings> domain = {};

    std::string_view setting_name() const { return setting.empty() ? name : setting; }
};

// In the order of the reference.
std::span<const DirectiveSpec> schema();

// The row of that name or alias, whatever the case, also among those of mod_md that are not
// honoured; nullptr when there is none.
const DirectiveSpec* find_directive(std::string_view name);

// Why mdcertd does not know a name, and what was probably meant.
struct UnknownName {
    bool is_mistake = false;  // it looks like one of ours: an error, not a directive of httpd
    std::string_view meant;   // "" = no idea
};
UnknownName judge_unknown(std::string_view name, bool guess = true);

}  // namespace md::config
