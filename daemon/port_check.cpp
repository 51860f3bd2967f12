// SPDX-License-Identifier: Apache-2.0
#include "port_check.hpp"

#include "privileges.hpp"
#include "server/unix_socket.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace md {
namespace {

using model::ChallengeType;

constexpr const char* socket_unit =
    "systemctl enable --now mdcertd-http.socket holds /run/mdcertd/http.sock";

// ip(7): the first port that needs no privilege.
unsigned first_open_port() {
    unsigned port = 1024;
    std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> port;
    return port;
}

bool is_proved_by(const model::DesiredState& desired, ChallengeType type) {
    return std::any_of(desired.domains.begin(), desired.domains.end(), [type](const auto& domain) {
        const auto& types = domain.settings->challenges;
        return domain.driven() && std::find(types.begin(), types.end(), type) != types.end();
    });
}

PortMistake open_to_all(std::uint16_t port, std::string hint) {
    return {"any local user can listen on port " + std::to_string(port) +
                " while mdcertd does not, and obtain certificates for these names",
            std::move(hint)};
}

std::vector<PortMistake> socket_mistakes(const std::string& path) {
    struct stat status {};
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    if (::stat(folder.c_str(), &status) != 0)
        return {
            {"nothing holds the socket " + path + ", and its folder is not there", socket_unit}};
    const std::string reason = server::replaceable_by_others(path);
    if (!reason.empty())
        return {{"the socket " + path + " cannot be used: " + reason,
                 "it has to be in a folder of root that nobody else may write to, such as "
                 "/run/mdcertd"}};
    if (::lstat(path.c_str(), &status) != 0 &&
        ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
        return {
            {"nothing holds the socket " + path + ", and mdcertd may not make it", socket_unit}};
    return {};
}

}  // namespace

std::vector<PortMistake> port_mistakes(const model::DesiredState& desired,
                                       const SystemUser& account) {
    std::vector<PortMistake> mistakes;
    const model::PortMap& map = desired.server.port_map;
    const unsigned first = first_open_port();
    const std::string below = "a port below " + std::to_string(first);
    if (is_proved_by(desired, ChallengeType::http_01)) {
        if (map.http && *map.http != 80 && *map.http >= first)
            mistakes.push_back(
                open_to_all(*map.http, "write 80:unix:/run/mdcertd/http.sock, or " + below +
                                           "; 'mdcertd snippet' prints what the web server needs"));
        if (!map.http_socket.empty() && may_judge_store(account))
            mistakes = socket_mistakes(map.http_socket);
    }
    if (is_proved_by(desired, ChallengeType::tls_alpn_01) && map.https && *map.https != 443 &&
        *map.https >= first)
        mistakes.push_back(open_to_all(*map.https, "write " + below + ", such as 443:444"));
    return mistakes;
}

}  // namespace md
