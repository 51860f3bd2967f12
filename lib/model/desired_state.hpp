// SPDX-License-Identifier: Apache-2.0
// What the configuration asks for: the managed domains and the settings of the daemon itself.
#pragma once

#include "model/address_range.hpp"
#include "model/managed_domain.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace md::model {

// One `Listen [address:]port`; an empty address means all.
struct Listen {
    std::string address;
    std::uint16_t port = 0;

    bool operator==(const Listen&) const = default;
};

// One `MDStatusListen [address:]port`; an IPv6 address has no brackets.
struct StatusListen {
    std::string address;  // an IP address, "localhost" (both loopback addresses) or "*" (all)
    std::uint16_t port = 0;

    // Nobody from outside this machine comes to it.
    bool is_loopback() const;
    bool operator==(const StatusListen&) const = default;
};

// MDPortMap: the local ports that the world reaches as 80 and 443; nullopt where it is "-". A Unix
// socket can take the place of the local port 80: then `http` is nullopt.
struct PortMap {
    std::optional<std::uint16_t> http = 80;
    std::optional<std::uint16_t> https = 443;
    std::string http_socket = {};  // its path, absolute; "" = none

    bool has_http() const { return http.has_value() || !http_socket.empty(); }

    bool operator==(const PortMap&) const = default;
};

enum class LogLevel { trace, debug, info, warn, error };

// Settings of the daemon, not of one MD.
struct ServerSettings {
    std::string server_root = "/var/lib/mdcertd";
    std::string store_dir = "/var/lib/mdcertd/md";  // absolute
    PortMap port_map;
    std::vector<Listen> listens;
    std::vector<StatusListen> status_listens;
    std::string health_path;                   // MDHealthPath; "" = none
    ProxySources proxy_sources;                // MDProxyProtocol
    std::vector<std::string> notify_command;   // program and arguments; empty = none
    std::vector<std::string> message_command;  // the same, MDMessageCmd
    LogLevel log_level = LogLevel::info;
    std::string user = "mdcertd";  // to become, when started as root and such a user exists
    std::string group = "mdcertd";
    std::chrono::seconds retry_delay{5};                          // MDRetryDelay
    std::chrono::seconds check_interval{std::chrono::hours{12}};  // MDCheckInterval
    unsigned max_parallel = 8;                                    // MDMaxParallel
    std::optional<OrderRate> order_rate;  // absent: what the CA is known for

    // How fast orders may be placed at a CA: as it publishes where nothing is configured.
    OrderRate order_rate_at(const std::string& directory_url) const;

    // Somebody is told when certificates are ready.
    bool tells() const { return !notify_command.empty() || !message_command.empty(); }

    bool operator==(const ServerSettings&) const = default;
};

struct DesiredState {
    ServerSettings server;
    std::vector<ManagedDomain> domains;  // names disjoint, wildcard coverage counted
};

}  // namespace md::model
