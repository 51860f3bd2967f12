// SPDX-License-Identifier: Apache-2.0
// Which sockets are open and which are wanted. What happens on them is the acceptor's business.
#include "server/listener.hpp"

#include "base/log.hpp"
#include "server/acceptor.hpp"
#include "server/listening_socket.hpp"
#include "server/service.hpp"
#include "server/unix_socket.hpp"
#include "server/wanted_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sys/resource.h>
#include <utility>

namespace md::server {
namespace {

struct OpenSocket {
    WantedSocket want;
    std::shared_ptr<Acceptor> acceptor;
    bool held = false;  // nothing is accepted yet

    std::uint16_t port() const { return acceptor->socket().local().port(); }
    // Whether this socket is what is wanted, or serves it as well.
    bool serves(const WantedSocket& other) const {
        if (want == other)
            return true;
        return acceptor->socket().adopted() && want.over_tls == other.over_tls &&
               acceptor->socket().fits(other);
    }
};

// What is wanted and not open, and why.
struct Missing {
    WantedSocket want;
    std::string endpoint, reason;
    bool is_absent = false;  // this machine has no such address, or it is none
    bool can_open = true;    // false: it is no address
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
    Impl(const base::asio::any_io_executor& executor, Respond respond,
         OfferCertificate offer_certificate, Limits limits)
        : service_(executor, std::move(respond), std::move(offer_certificate), limits) {}

    std::vector<BindFailure> open(const ListenEndpoints& endpoints);
    std::vector<std::string> retry();
    void hold() { holding_ = true; }
    void admit();
    void adopt(int descriptor);
    void close_all();
    std::vector<std::uint16_t> ports(bool over_tls) const;
    std::string reason(bool over_tls) const;
    Service& service() { return service_; }

private:
    void want(const ListenEndpoints& endpoints);
    void want_tcp(const std::vector<std::pair<std::string, std::uint16_t>>& endpoints,
                  bool over_tls);
    void close_unwanted();
    void close_socket(const OpenSocket& open);
    void open_missing(const WantedSocket& want);
    std::optional<ListeningSocket> open_socket(const WantedSocket& want);
    std::optional<ListeningSocket> open_unix(const WantedSocket& want);
    std::optional<ListeningSocket> take_adopted(const WantedSocket& want);
    void start_accepting(const WantedSocket& want, ListeningSocket socket);
    bool is_served(const WantedSocket& want) const;
    bool other_half_is_open(const WantedSocket& want) const;
    bool is_open(bool over_tls) const;
    void report_unused() const;

    Service service_;
    std::vector<OpenSocket> sockets_;
    std::vector<ListeningSocket> adopted_;  // not in use
    bool opened_ = false;
    bool holding_ = false;

    // Of the last open():
    std::vector<WantedSocket> wants_;
    std::vector<Missing> missing_;
    std::string local_[2];  // http, https: "5080", "unix:/run/mdcertd/http.sock"; "": not wanted
};

std::vector<BindFailure> Listener::Impl::open(const ListenEndpoints& endpoints) {
    opened_ = true;
    wants_.clear();
    missing_.clear();
    want(endpoints);
    close_unwanted();
    for (const WantedSocket& want : wants_)
        if (!is_served(want))
            open_missing(want);
    report_unused();
    std::vector<BindFailure> failures;
    for (const Missing& one : missing_)
        if (!(one.is_absent && other_half_is_open(one.want)))
            failures.push_back({one.endpoint, one.reason});
    return failures;
}

std::vector<std::string> Listener::Impl::retry() {
    std::vector<std::string> opened;
    for (Missing& one : std::exchange(missing_, {})) {
        if (!one.can_open) {
            missing_.push_back(std::move(one));
            continue;
        }
        const std::size_t before = missing_.size();
        open_missing(one.want);
        if (missing_.size() == before)
            opened.push_back(one.endpoint);
    }
    return opened;
}

void Listener::Impl::admit() {
    holding_ = false;
    for (OpenSocket& open : sockets_)
        if (std::exchange(open.held, false))
            service_.start(Acceptor::run(open.acceptor));
}

void Listener::Impl::want(const ListenEndpoints& endpoints) {
    local_[false] = local_[true] = "";
    want_tcp(endpoints.http, false);
    want_tcp(endpoints.https, true);
    if (endpoints.http_socket.empty())
        return;
    WantedSocket socket;
    socket.path = endpoints.http_socket;
    if (local_[false].empty())
        local_[false] = socket.text();
    wants_.push_back(std::move(socket));
}

void Listener::Impl::want_tcp(const std::vector<std::pair<std::string, std::uint16_t>>& endpoints,
                              bool over_tls) {
    std::vector<WantedSocket> all;
    for (const auto& [address, port] : endpoints) {
        if (local_[over_tls].empty())
            local_[over_tls] = std::to_string(port);
        auto sockets = wanted_sockets(address, port, over_tls);
        if (sockets.empty())
            missing_.push_back({{over_tls, {}, port},
                                address + ":" + std::to_string(port),
                                "not an IP address",
                                true,
                                false});
        all.insert(all.end(), sockets.begin(), sockets.end());
    }
    all = without_covered(all);
    wants_.insert(wants_.end(), all.begin(), all.end());
}

void Listener::Impl::close_unwanted() {
    std::erase_if(sockets_, [this](const OpenSocket& open) {
        bool wanted = std::any_of(wants_.begin(), wants_.end(),
                                  [&open](const WantedSocket& want) { return open.serves(want); });
        if (!wanted)
            close_socket(open);
        return !wanted;
    });
}

void Listener::Impl::close_socket(const OpenSocket& open) {
    ListeningSocket socket = open.acceptor->close();
    if (socket.adopted())
        adopted_.push_back(std::move(socket));
}

void Listener::Impl::open_missing(const WantedSocket& want) {
    auto socket = take_adopted(want);
    if (!socket)
        socket = want.is_unix() ? open_unix(want) : open_socket(want);
    if (socket)
        start_accepting(want, std::move(*socket));
}

std::optional<ListeningSocket> Listener::Impl::open_socket(const WantedSocket& want) {
    // Both families of a port that the kernel picks have the same one, where that is possible.
    std::uint16_t port = want.port;
    for (const OpenSocket& open : sockets_)
        if (port == 0 && want.is_half && open.want.is_half && open.want.port == 0 &&
            open.want.over_tls == want.over_tls)
            port = open.port();
    int error = 0;
    auto socket = ListeningSocket::open({want.address, port}, error);
    if (!socket)
        missing_.push_back(
            {want, text_of({want.address, port}), std::strerror(error),
             is_absence(error) || (want.is_half && !machine_has_family(want.address.is_v6()))});
    return socket;
}

std::optional<ListeningSocket> Listener::Impl::open_unix(const WantedSocket& want) {
    std::string reason;
    const int descriptor = listen_at(want.path, reason);
    if (descriptor >= 0) {
        int error = 0;
        if (auto socket = ListeningSocket::own_unix(descriptor, error))
            return socket;
        reason = std::strerror(error);
    }
    missing_.push_back({want, want.text(), reason});
    return std::nullopt;
}

void Listener::Impl::start_accepting(const WantedSocket& want, ListeningSocket socket) {
    auto acceptor = std::make_shared<Acceptor>(service_, std::move(socket), want.over_tls);
    if (!holding_)
        service_.start(Acceptor::run(acceptor));
    sockets_.push_back({want, std::move(acceptor), holding_});
}

std::optional<ListeningSocket> Listener::Impl::take_adopted(const WantedSocket& want) {
    auto found = std::find_if(adopted_.begin(), adopted_.end(),
                              [&want](const ListeningSocket& socket) { return socket.fits(want); });
    if (found == adopted_.end())
        return std::nullopt;
    ListeningSocket socket = std::move(*found);
    adopted_.erase(found);
    return socket;
}

// The package has systemd hold a Unix socket for all that may want it.
void Listener::Impl::report_unused() const {
    for (const ListeningSocket& unused : adopted_) {
        if (unused.path().empty())
            log::warn("a socket that was passed to us is not on a port of MDPortMap",
                      log::kv("endpoint", unused.text()));
        else
            log::debug("a socket that was passed to us is not one of MDPortMap",
                       log::kv("endpoint", unused.text()));
    }
}

bool Listener::Impl::is_served(const WantedSocket& want) const {
    return std::any_of(sockets_.begin(), sockets_.end(),
                       [&want](const OpenSocket& open) { return open.serves(want); });
}

bool Listener::Impl::other_half_is_open(const WantedSocket& want) const {
    return want.is_half &&
           std::any_of(sockets_.begin(), sockets_.end(), [&want](const OpenSocket& open) {
               return open.want.is_half && open.want.port == want.port &&
                      open.want.over_tls == want.over_tls;
           });
}

bool Listener::Impl::is_open(bool over_tls) const {
    return std::any_of(sockets_.begin(), sockets_.end(), [over_tls](const OpenSocket& open) {
        return open.acceptor->over_tls() == over_tls;
    });
}

void Listener::Impl::adopt(int descriptor) {
    auto socket = ListeningSocket::adopt(descriptor);
    if (socket)
        adopted_.push_back(std::move(*socket));
    else
        log::warn("a descriptor that was passed to us is not a listening socket of TCP or a path",
                  log::kv("descriptor", descriptor));
}

// Sockets that were passed to us are kept.
void Listener::Impl::close_all() {
    for (const OpenSocket& open : sockets_)
        close_socket(open);
    sockets_.clear();
}

std::vector<std::uint16_t> Listener::Impl::ports(bool over_tls) const {
    std::vector<std::uint16_t> result;
    for (const OpenSocket& open : sockets_)
        if (open.acceptor->over_tls() == over_tls && !open.want.is_unix() &&
            std::find(result.begin(), result.end(), open.port()) == result.end())
            result.push_back(open.port());
    return result;
}

std::string Listener::Impl::reason(bool over_tls) const {
    const std::string outside = over_tls ? "443" : "80";
    std::string name = "port " + outside;
    if (local_[over_tls].empty())
        return opened_ ? "MDPortMap closes " + name : name + " is not open";
    if (local_[over_tls] != outside)
        name += " (local " + local_[over_tls] + ")";
    const bool is_partly_open = is_open(over_tls);
    for (const Missing& one : missing_)
        if (one.want.over_tls == over_tls && !(is_partly_open && one.is_absent))
            return name + " could not be bound" + (is_partly_open ? " on " + one.endpoint : "") +
                   ": " + one.reason;
    return is_partly_open ? "" : name + " is not open";
}

Listener::Listener(base::asio::any_io_executor executor, Respond respond,
                   OfferCertificate offer_certificate, Limits limits) {
    limits.connections = affordable(limits.connections);
    limits.tls_connections = affordable(limits.tls_connections);
    impl_ =
        std::make_unique<Impl>(executor, std::move(respond), std::move(offer_certificate), limits);
}

Listener::~Listener() = default;

void Listener::set_proxies(model::ProxySources proxies) {
    impl_->service().set_proxies(std::move(proxies));
}

std::vector<BindFailure> Listener::open(const ListenEndpoints& wanted) {
    return impl_->open(wanted);
}

std::vector<std::string> Listener::retry() {
    return impl_->retry();
}

void Listener::hold() {
    impl_->hold();
}

void Listener::admit() {
    impl_->admit();
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

std::string Listener::http_reason() const {
    return impl_->reason(false);
}

std::string Listener::https_reason() const {
    return impl_->reason(true);
}

void Listener::disconnect() {
    impl_->service().evict_all();
}

base::Task<void> Listener::close() {
    impl_->close_all();
    co_await impl_->service().end();
}

}  // namespace md::server
