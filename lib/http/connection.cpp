// SPDX-License-Identifier: Apache-2.0
#include "http/connection.hpp"

#include "http/answer_reader.hpp"
#include "http/wire.hpp"

namespace md::http {

namespace asio = boost::asio;

Connection::Connection(const ConnectionRoute& route)
    : route_(route),
      wire_(std::make_unique<Wire>(route.executor)),
      reader_(std::make_unique<AnswerReader>(*wire_, route.options.header_limit,
                                             route.options.body_limit)) {}

Connection::~Connection() = default;

base::Task<void> Connection::open(Url url) {
    try {
        co_await connect(url);
    } catch (const TransportError& failed) {
        if (!route_.proxy)
            throw;
        throw TransportError("the proxy " + route_.proxy->name() + ": " + failed.what(),
                             TransportFault::proxy);
    }
    if (!url.is_https())
        co_return;
    if (route_.proxy)
        co_await open_tunnel(url);
    co_await wire_->start_tls(*route_.tls, url.host());
}

base::Task<void> Connection::connect(Url url) {
    const Url& place = route_.proxy ? route_.proxy->url() : url;
    const std::string& fixed = route_.options.connect_to;
    Endpoints endpoints = co_await resolve(fixed.empty() ? place.host() : fixed, place.port());
    co_await wire_->connect(std::move(endpoints));
}

base::Task<void> Connection::open_tunnel(Url target) {
    std::string request = route_.proxy->connect_request(target, route_.options.user_agent);
    HttpResponse answer;
    try {
        // Like an answer to HEAD, one to CONNECT ends with its header (RFC 9110 §9.3.6).
        answer = co_await exchange(std::move(request), true);
    } catch (const TransportError& failed) {
        throw TransportError("the proxy " + route_.proxy->name() + ": " + failed.what(),
                             TransportFault::proxy);
    }
    if (answer.status == 407)
        throw TransportError("the proxy " + route_.proxy->name() +
                                 " refused with status 407: it wants a user name and a password",
                             TransportFault::proxy);
    if (answer.status / 100 != 2)
        throw TransportError("the proxy " + route_.proxy->name() + " refused with status " +
                                 std::to_string(answer.status),
                             TransportFault::proxy);
    if (!reader_->is_drained())
        throw TransportError("the proxy " + route_.proxy->name() + " sent what nobody asked for",
                             TransportFault::proxy);
}

base::Task<HttpResponse> Connection::exchange(std::string request, bool head) {
    reusable_ = false;
    asio::const_buffer octets = asio::buffer(request);
    Wire::ErrorCode failed = co_await wire_->write(octets);
    // A server may refuse a request before it has read all of it, so an answer may be there.
    if (failed && !is_end(failed))
        throw TransportError(reason(failed));
    HttpResponse answer = co_await reader_->read(head);
    reusable_ = !failed && reader_->may_go_on();
    co_return answer;
}

bool Connection::still_quiet() const {
    return wire_->still_quiet();
}

}  // namespace md::http
