// SPDX-License-Identifier: Apache-2.0
#include "config/server_settings.hpp"

#include "config/command_line.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace md::config {
namespace {

using model::LogLevel;

constexpr unsigned most_orders = 1'000'000;
constexpr std::chrono::seconds longest_rate_period = std::chrono::days{30};
constexpr std::size_t log_levels_shown = 5;
// httpd's words; the ones of ours first, which are those that are shown.
constexpr Keyword<LogLevel> log_levels[] = {
    {"error", LogLevel::error},  {"warn", LogLevel::warn},    {"info", LogLevel::info},
    {"debug", LogLevel::debug},  {"trace", LogLevel::trace},  {"emerg", LogLevel::error},
    {"alert", LogLevel::error},  {"crit", LogLevel::error},   {"warning", LogLevel::warn},
    {"notice", LogLevel::info},  {"trace1", LogLevel::trace}, {"trace2", LogLevel::trace},
    {"trace3", LogLevel::trace}, {"trace4", LogLevel::trace}, {"trace5", LogLevel::trace},
    {"trace6", LogLevel::trace}, {"trace7", LogLevel::trace}, {"trace8", LogLevel::trace},
};

bool is_our_module(std::string_view name) {
    return same_word(name, "md") || same_word(name, "md_module") || same_word(name, "mod_md.c");
}

void set_command(const Directive& directive, std::vector<std::string>& command, Report& report) {
    const Argument& program = directive.arguments[0];
    if (program.text.empty())
        return report.error(program.at, "an empty command", "write the path of a program");
    command.clear();
    for (const Argument& argument : directive.arguments)
        command.push_back(argument.text);
    const std::string* meant_for_shell = shell_operator(command);
    if (meant_for_shell == nullptr)
        return;
    const auto index = static_cast<std::size_t>(meant_for_shell - command.data());
    report.warning(directive.arguments[index].at,
                   in_quotes(*meant_for_shell) +
                       " is handed to the program as it is: no shell "
                       "reads this line",
                   "write /bin/sh -c \"...\", or name a script");
}

std::string command_text(const std::vector<std::string>& command) {
    std::string text;
    for (const std::string& word : command)
        text += (text.empty() ? "" : " ") + as_command_word(word);
    return text;
}

}  // namespace

std::string path_below(const std::string& folder, const std::string& path) {
    if (path.starts_with('/'))
        return path;
    return folder + (folder.ends_with('/') ? "" : "/") + path;
}

// "level", "module:level" and both: what names mod_md beats what names no module, as in httpd.
void set_log_level(const Directive& directive, ServerSettings& server, Report& report) {
    std::optional<LogLevel> general;
    std::optional<LogLevel> own;
    for (const Argument& argument : directive.arguments) {
        std::string_view text = argument.text;
        auto colon = text.find(':');
        auto level = parse_keyword(colon == std::string_view::npos ? text : text.substr(colon + 1),
                                   log_levels, log_levels_shown);
        if (!level)
            return report.error(argument.at, level.error());
        if (colon == std::string_view::npos)
            general = *level;
        else if (is_our_module(text.substr(0, colon)))
            own = *level;
    }
    if (own)
        server.log_level = *own;
    else if (general)
        server.log_level = *general;
}

void add_listen(const Directive& directive, ServerSettings& server, Report& report) {
    auto listen = parse_listen(directive.arguments[0].text);
    if (!listen)
        return report.error(directive.arguments[0].at, listen.error());
    if (same_word(listen->address, "localhost"))
        listen->address = "localhost";
    if (std::find(server.listens.begin(), server.listens.end(), *listen) == server.listens.end())
        server.listens.push_back(*listen);
}

// The page asks for no password, so that only an address that is written out opens it to others.
void add_status_listen(const Directive& directive, ServerSettings& server, Report& report) {
    const Argument& argument = directive.arguments[0];
    if (same_word(argument.text, "none"))
        return server.status_listens.clear();
    auto listen = parse_status_listen(argument.text);
    if (!listen)
        return report.error(argument.at, listen.error());
    if (!listen->is_loopback())
        report.warning(argument.at, "the status page is open to whoever reaches this address",
                       "it asks for no password; with the port alone only this machine reaches it");
    auto& all = server.status_listens;
    if (std::find(all.begin(), all.end(), *listen) == all.end())
        all.push_back(*listen);
}

void set_port_map(const Directive& directive, ServerSettings& server, Report& report) {
    model::PortMap map = server.port_map;  // lines add up, as in mod_md
    for (const Argument& argument : directive.arguments) {
        auto changed = parse_port_map(argument.text, map);
        if (!changed)
            return report.error(argument.at, changed.error());
        map = *changed;
    }
    server.port_map = map;
}

void set_proxy_protocol(const Directive& directive, ServerSettings& server, Report& report) {
    model::ProxySources sources;
    for (const Argument& argument : directive.arguments) {
        if (same_word(argument.text, "none") && directive.arguments.size() == 1)
            break;
        if (same_word(argument.text, "unix")) {
            sources.unix_socket = true;
            continue;
        }
        auto range = model::AddressRange::parse(argument.text);
        if (!range)
            return report.error(argument.at,
                                in_quotes(argument.text) + " is not an address or a range of them",
                                "write 192.0.2.1, 10.0.0.0/8, 2001:db8::/32, unix or none");
        sources.ranges.push_back(std::move(*range));
    }
    server.proxy_sources = std::move(sources);
}

void set_notify_command(const Directive& directive, ServerSettings& server, Report& report) {
    set_command(directive, server.notify_command, report);
}

void set_message_command(const Directive& directive, ServerSettings& server, Report& report) {
    set_command(directive, server.message_command, report);
}

void set_check_interval(const Directive& directive, ServerSettings& server, Report& report) {
    const Argument& argument = directive.arguments[0];
    auto interval = parse_seconds(argument.text, std::chrono::seconds{1});
    if (!interval)
        return report.error(argument.at, interval.error());
    if (interval->count() == 0)
        return report.error(argument.at, "an interval of nothing", "the shortest is 1s");
    if (*interval > std::chrono::hours{12}) {
        report.warning(argument.at, "checks are made every 12 hours at least", "12h is used");
        interval = std::chrono::seconds{std::chrono::hours{12}};
    }
    server.check_interval = *interval;
}

void set_order_rate(const Directive& directive, ServerSettings& server, Report& report) {
    const Argument& first = directive.arguments[0];
    if (directive.arguments.size() == 1) {
        if (same_word(first.text, "off"))
            server.order_rate = model::OrderRate{};
        else if (same_word(first.text, "default"))
            server.order_rate = std::nullopt;
        else
            report.error(first.at, in_quotes(first.text) + " is not a rate",
                         "write a number and a time (300 3h), off or default");
        return;
    }
    auto orders = parse_number(first.text);
    if (!orders || *orders < 1 || *orders > most_orders)
        return report.error(first.at,
                            in_quotes(first.text) + " is not a number of orders from 1 to 1000000",
                            "write off for as many as there are");
    const Argument& time = directive.arguments[1];
    auto period = parse_seconds(time.text, std::chrono::seconds{1});
    if (!period)
        return report.error(time.at, period.error());
    if (*period < std::chrono::seconds{1} || *period > longest_rate_period)
        return report.error(time.at, in_quotes(time.text) + " is no time to count orders in",
                            "write a time from 1s to 30d");
    server.order_rate = model::OrderRate{*orders, *period};
}

std::string log_level_text(const ServerSettings& server) {
    for (const auto& level : log_levels)
        if (level.value == server.log_level)
            return std::string(level.word);
    return {};
}

std::string listens_text(const ServerSettings& server) {
    std::string text;
    for (const model::Listen& listen : server.listens)
        text += (text.empty() ? "" : "\n") + listen_text(listen);
    return text;
}

std::string status_listens_text(const ServerSettings& server) {
    std::string text;
    for (const model::StatusListen& listen : server.status_listens) {
        std::string address = listen.address == "localhost" ? "" : listen.address;
        text += (text.empty() ? "" : "\n") + listen_text({address, listen.port});
    }
    return text.empty() ? "none" : text;
}

std::string port_map_text(const ServerSettings& server) {
    auto port = [](const std::optional<std::uint16_t>& local) {
        return local ? std::to_string(*local) : "-";
    };
    const model::PortMap& map = server.port_map;
    const std::string http = map.http_socket.empty() ? port(map.http) : "unix:" + map.http_socket;
    return as_word("80:" + http) + " 443:" + port(map.https);
}

std::string proxy_protocol_text(const ServerSettings& server) {
    std::string text = server.proxy_sources.unix_socket ? "unix" : "";
    for (const model::AddressRange& range : server.proxy_sources.ranges)
        text += (text.empty() ? "" : " ") + range.text;
    return text.empty() ? "none" : text;
}

std::string notify_command_text(const ServerSettings& server) {
    return command_text(server.notify_command);
}

std::string message_command_text(const ServerSettings& server) {
    return command_text(server.message_command);
}

std::string check_interval_text(const ServerSettings& server) {
    return duration_text(server.check_interval);
}

std::string order_rate_text(const ServerSettings& server) {
    if (!server.order_rate)
        return "default";
    if (!server.order_rate->is_limited())
        return "off";
    return std::to_string(server.order_rate->orders) + " " +
           duration_text(server.order_rate->period);
}

}  // namespace md::config
