// SPDX-License-Identifier: Apache-2.0
// Which sockets are open and which are wanted. What happens on them is a Door's business.
#include "responder/listener.hpp"

#include "base/log.hpp"
#include "responder/door.hpp"
#include "responder/listening_socket.hpp"
#include "responder/reception.hpp"
#include "responder/wanted_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sys/resource.h>
#include <utility>

namespace md::responder {
namespace {

struct OpenDoor {
    WantedSocket want;
    std::shared_ptr<Door> door;

    std::uint16_t port() const { return door->socket().local().port(); }
    // Whether this socket is what is wanted, or serves it as well.
    bool serves(const WantedSocket& other) const {
        if (!door->socket().adopted())
            return want == other;
        bool family = door->socket().local().address().is_v6() == other.address.is_v6();
        return want.over_tls == other.over_tls && port() == other.port &&
               (family || door->socket().dual_stack());
    }
};

// Why a kind of port is not open.
struct Closed {
    std::uint16_t port = 0;  // 0: none was wanted
    std::string reason;
};

bool is_absence(int error) {
    return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

unsigned affordable(unsigned connections) {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return connections;
    return std::max(8u, std::min(connections, static_cast<unsigned>(files.rlim_cur / 4)));
}

}  // namespace

class Listener::Impl {
public:
    Impl(const base::asio::any_io_executor& executor, const ChallengeBoard& board, Limits limits)
        : reception_(std::make_shared<Reception>(executor, board, limits)) {}

    std::vector<BindFailure> open(const Endpoints& endpoints);
    void adopt(int descriptor);
    void close();
    std::vector<std::uint16_t> ports(bool over_tls) const;
    std::string obstacle(bool over_tls) const;
    Reception& reception() { return *reception_; }

private:
    void want(const std::vector<std::pair<std::string, std::uint16_t>>& endpoints, bool over_tls);
    void close_unwanted();
    void close_door(const OpenDoor& door);
    void open_missing(const WantedSocket& want);
    std::optional<ListeningSocket> take_adopted(const WantedSocket& want);
    bool is_served(const WantedSocket& want) const;
    bool other_half_is_open(const WantedSocket& want) const;
    void fail(bool over_tls, std::uint16_t port, std::string endpoint, std::string reason);

    std::shared_ptr<Reception> reception_;
    std::vector<OpenDoor> doors_;
    std::vector<ListeningSocket> adopted_;  // not in use
    bool opened_ = false;

    // Of the last open():
    std::vector<WantedSocket> wants_;
    std::vector<BindFailure> failures_;
    Closed closed_[2];  // http, https
};

std::vector<BindFailure> Listener::Impl::open(const Endpoints& endpoints) {
    opened_ = true;
    wants_.clear();
    failures_.clear();
    want(endpoints.http, false);
    want(endpoints.https, true);
    close_unwanted();
    for (const WantedSocket& want : wants_)
        if (!is_served(want))
            open_missing(want);
    for (const ListeningSocket& unused : adopted_)
        log::warn("a socket that was passed to us is not on a port of MDPortMap",
                  log::kv("endpoint", text_of(unused.local())));
    return failures_;
}

void Listener::Impl::want(const std::vector<std::pair<std::string, std::uint16_t>>& endpoints,
                          bool over_tls) {
    closed_[over_tls] = {};
    std::vector<WantedSocket> all;
    for (const auto& [address, port] : endpoints) {
        if (closed_[over_tls].reason.empty())
            closed_[over_tls].port = port;
        auto sockets = wanted_sockets(address, port, over_tls);
        if (sockets.empty())
            fail(over_tls, port, address + ":" + std::to_string(port), "not an IP address");
        all.insert(all.end(), sockets.begin(), sockets.end());
    }
    all = without_covered(all);
    wants_.insert(wants_.end(), all.begin(), all.end());
}

void Listener::Impl::close_unwanted() {
    std::erase_if(doors_, [this](const OpenDoor& open) {
        bool wanted = std::any_of(wants_.begin(), wants_.end(),
                                  [&open](const WantedSocket& want) { return open.serves(want); });
        if (!wanted)
            close_door(open);
        return !wanted;
    });
}

void Listener::Impl::close_door(const OpenDoor& open) {
    ListeningSocket socket = open.door->close();
    if (socket.adopted())
        adopted_.push_back(std::move(socket));
}

void Listener::Impl::open_missing(const WantedSocket& want) {
    auto socket = take_adopted(want);
    if (!socket) {
        // Both families of a port that the kernel picks have the same one, where that is possible.
        std::uint16_t port = want.port;
        for (const OpenDoor& open : doors_)
            if (port == 0 && want.is_half && open.want.is_half && open.want.port == 0 &&
                open.want.over_tls == want.over_tls)
                port = open.port();
        int error = 0;
        socket = ListeningSocket::open({want.address, port}, error);
        if (!socket) {
            if (!(is_absence(error) && other_half_is_open(want)))
                fail(want.over_tls, want.port, text_of({want.address, port}), std::strerror(error));
            return;
        }
    }
    auto door = std::make_shared<Door>(reception_, std::move(*socket), want.over_tls);
    door->open();
    doors_.push_back({want, std::move(door)});
}

std::optional<ListeningSocket> Listener::Impl::take_adopted(const WantedSocket& want) {
    auto fits = [&want](const ListeningSocket& socket) {
        return socket.local().port() == want.port &&
               (socket.local().address().is_v6() == want.address.is_v6() || socket.dual_stack());
    };
    auto found = std::find_if(adopted_.begin(), adopted_.end(), fits);
    if (found == adopted_.end())
        return std::nullopt;
    ListeningSocket socket = std::move(*found);
    adopted_.erase(found);
    return socket;
}

bool Listener::Impl::is_served(const WantedSocket& want) const {
    return std::any_of(doors_.begin(), doors_.end(),
                       [&want](const OpenDoor& open) { return open.serves(want); });
}

bool Listener::Impl::other_half_is_open(const WantedSocket& want) const {
    return want.is_half && std::any_of(doors_.begin(), doors_.end(), [&want](const OpenDoor& open) {
               return open.want.is_half && open.want.port == want.port &&
                      open.want.over_tls == want.over_tls;
           });
}

void Listener::Impl::fail(bool over_tls, std::uint16_t port, std::string endpoint,
                          std::string reason) {
    if (closed_[over_tls].reason.empty())
        closed_[over_tls] = {port, reason};
    failures_.push_back({std::move(endpoint), std::move(reason)});
}

void Listener::Impl::adopt(int descriptor) {
    auto socket = ListeningSocket::adopt(descriptor);
    if (socket)
        adopted_.push_back(std::move(*socket));
    else
        log::warn("a descriptor that was passed to us is not a listening TCP socket",
                  log::kv("descriptor", descriptor));
}

void Listener::Impl::close() {
    for (const OpenDoor& open : doors_)
        close_door(open);
    doors_.clear();
    reception_->end();
}

std::vector<std::uint16_t> Listener::Impl::ports(bool over_tls) const {
    std::vector<std::uint16_t> result;
    for (const OpenDoor& open : doors_)
        if (open.door->over_tls() == over_tls &&
            std::find(result.begin(), result.end(), open.port()) == result.end())
            result.push_back(open.port());
    return result;
}

std::string Listener::Impl::obstacle(bool over_tls) const {
    if (!ports(over_tls).empty())
        return "";
    std::uint16_t outside = over_tls ? 443 : 80;
    std::string name = "port " + std::to_string(outside);
    if (!opened_ || closed_[over_tls].reason.empty())
        return opened_ && closed_[over_tls].port == 0 ? "MDPortMap closes " + name
                                                      : name + " is not open";
    if (closed_[over_tls].port != outside)
        name += " (local " + std::to_string(closed_[over_tls].port) + ")";
    return name + " could not be bound: " + closed_[over_tls].reason;
}

Listener::Listener(base::asio::any_io_executor executor, const ChallengeBoard& board,
                   Limits limits) {
    limits.connections = affordable(limits.connections);
    limits.tls_connections = affordable(limits.tls_connections);
    impl_ = std::make_unique<Impl>(executor, board, limits);
}

Listener::~Listener() {
    close();
}

void Listener::set_sites(Sites sites) {
    impl_->reception().set_sites(std::move(sites));
}

void Listener::set_site(const std::string& name, Site site) {
    impl_->reception().set_site(name, site);
}

void Listener::set_credentials(CredentialsFor credentials) {
    impl_->reception().tls().identities().set_credentials(std::move(credentials));
}

void Listener::set_answers(Answers answers) {
    impl_->reception().set_answers(std::move(answers));
}

std::vector<BindFailure> Listener::open(const Endpoints& wanted) {
    return impl_->open(wanted);
}

void Listener::adopt(int descriptor) {
    impl_->adopt(descriptor);
}

std::vector<std::uint16_t> Listener::http_ports() const {
    return impl_->ports(false);
}

std::vector<std::uint16_t> Listener::https_ports() const {
    return impl_->ports(true);
}

std::string Listener::http_obstacle() const {
    return impl_->obstacle(false);
}

std::string Listener::https_obstacle() const {
    return impl_->obstacle(true);
}

void Listener::close() {
    impl_->close();
}

}  // namespace md::responder
