// SPDX-License-Identifier: Apache-2.0
#include "http/resolve.hpp"

#include "http/transport.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace md::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// One question and its answer, owned by the asking coroutine and the answering thread. The thread
// knows nothing of Asio: it says "done" by closing its end of a pipe, and may outlive everybody.
struct Lookup {
    std::string host;
    std::uint16_t port = 0;
    int thread_end = -1;
    std::atomic<bool> done = false;  // publishes the two below
    int failure = 0;                 // EAI_...
    Endpoints found;

    ~Lookup() {
        if (thread_end >= 0)
            ::close(thread_end);
    }
};

void keep(const addrinfo& address, Lookup& lookup) {
    tcp::endpoint endpoint;
    if (address.ai_addrlen > endpoint.capacity())
        return;
    endpoint.resize(address.ai_addrlen);
    std::memcpy(endpoint.data(), address.ai_addr, address.ai_addrlen);
    endpoint.port(lookup.port);
    lookup.found.push_back(endpoint);
}

void look_up(const std::shared_ptr<Lookup>& lookup) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    lookup->failure = ::getaddrinfo(lookup->host.c_str(), nullptr, &hints, &list);
    if (lookup->failure == 0) {
        for (const addrinfo* one = list; one != nullptr; one = one->ai_next)
            keep(*one, *lookup);
        ::freeaddrinfo(list);
    }
    lookup->done.store(true, std::memory_order_release);
    ::close(std::exchange(lookup->thread_end, -1));
}

void start(const std::shared_ptr<Lookup>& lookup) {
    try {
        std::thread(look_up, lookup).detach();
    } catch (const std::system_error& failed) {
        throw TransportError("cannot resolve " + lookup->host + ": " + failed.what());
    }
}

}  // namespace

base::Task<Endpoints> resolve(std::string host, std::uint16_t port) {
    boost::system::error_code not_numeric;
    auto address = asio::ip::make_address(host, not_numeric);
    if (!not_numeric)
        co_return Endpoints(1, tcp::endpoint(address, port));

    auto executor = co_await asio::this_coro::executor;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        base::raise_errno("cannot look up a name");
    asio::posix::stream_descriptor done(executor, ends[0]);
    auto lookup = std::make_shared<Lookup>();
    lookup->host = host;
    lookup->port = port;
    lookup->thread_end = ends[1];
    start(lookup);
    // Asio may wake us for octets that came for a socket just closed: its place in the reactor is
    // ours now. A read would find nothing and wait again; a wait has to look by itself.
    while (!lookup->done.load(std::memory_order_acquire))
        co_await done.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);

    if (lookup->failure != 0)
        throw TransportError("cannot resolve " + host + ": " + ::gai_strerror(lookup->failure),
                             TransportFault::no_address);
    if (lookup->found.empty())
        throw TransportError("cannot resolve " + host + ": it has no address",
                             TransportFault::no_address);
    co_return std::move(lookup->found);
}

}  // namespace md::http
