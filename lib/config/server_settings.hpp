// SPDX-License-Identifier: Apache-2.0
// Setters and texts of the directives that set the daemon itself; the schema's rows name them.
#pragma once

#include "config/document.hpp"
#include "model/desired_state.hpp"

namespace md::config {

using model::ServerSettings;

void set_log_level(const Directive& directive, ServerSettings& server, Report& report);
void add_listen(const Directive& directive, ServerSettings& server, Report& report);
void add_status_listen(const Directive& directive, ServerSettings& server, Report& report);
void set_port_map(const Directive& directive, ServerSettings& server, Report& report);
void set_proxy_protocol(const Directive& directive, ServerSettings& server, Report& report);
void set_notify_command(const Directive& directive, ServerSettings& server, Report& report);
void set_message_command(const Directive& directive, ServerSettings& server, Report& report);
void set_check_interval(const Directive& directive, ServerSettings& server, Report& report);
void set_order_rate(const Directive& directive, ServerSettings& server, Report& report);

std::string log_level_text(const ServerSettings& server);
std::string listens_text(const ServerSettings& server);
std::string status_listens_text(const ServerSettings& server);
std::string port_map_text(const ServerSettings& server);
std::string proxy_protocol_text(const ServerSettings& server);
std::string notify_command_text(const ServerSettings& server);
std::string message_command_text(const ServerSettings& server);
std::string check_interval_text(const ServerSettings& server);
std::string order_rate_text(const ServerSettings& server);

// The path itself, or what it means below the folder.
std::string path_below(const std::string& folder, const std::string& path);

}  // namespace md::config
