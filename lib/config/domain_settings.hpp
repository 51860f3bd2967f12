// SPDX-License-Identifier: Apache-2.0
// Setters and texts of the directives that set managed domains and are more than one word of a kind
// (config/codecs); the schema's rows name them.
#pragma once

#include "config/document.hpp"
#include "model/settings.hpp"

namespace md::config {

using model::Settings;

void set_authorities(const Directive& directive, Settings& settings, Report& report);
void check_protocol(const Directive& directive, Settings& settings, Report& report);
void set_server_admin(const Directive& directive, Settings& settings, Report& report);
void set_contacts(const Directive& directive, Settings& settings, Report& report);
void set_challenges(const Directive& directive, Settings& settings, Report& report);
void set_keys(const Directive& directive, Settings& settings, Report& report);
void set_served_at(const Directive& directive, Settings& settings, Report& report);
void add_served_at(const Directive& directive, Settings& settings, Report& report);
void set_certificate_file(const Directive& directive, Settings& settings, Report& report);
void add_certificate_file(const Directive& directive, Settings& settings, Report& report);
void set_key_file(const Directive& directive, Settings& settings, Report& report);
void add_key_file(const Directive& directive, Settings& settings, Report& report);
void set_http_proxy(const Directive& directive, Settings& settings, Report& report);

std::string authorities_text(const Settings& settings);
std::string protocol_text(const Settings& settings);
std::string contacts_text(const Settings& settings);
std::string challenges_text(const Settings& settings);
std::string keys_text(const Settings& settings);
std::string served_at_text(const Settings& settings);
std::string certificate_files_text(const Settings& settings);
std::string key_files_text(const Settings& settings);
std::string http_proxy_text(const Settings& settings);

// The directive asks for what mdcertd cannot do, or, where it does not, takes back that one of its
// kind outside of the section does.
void ask_for(const Directive& directive, Settings& settings, bool asks, std::string why,
             std::string hint);
// The same, of a directive of that name.
void set_unmet(Settings& settings, std::string_view directive, bool asks, std::string why,
               std::string hint);

}  // namespace md::config
