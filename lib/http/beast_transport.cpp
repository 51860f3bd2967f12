// SPDX-License-Identifier: Apache-2.0
// Which connection a request takes, for how long, and what an error is called. The exchange itself
// is in connection.cpp.
#include "http/beast_transport.hpp"

#include "http/connection.hpp"
#include "http/tls.hpp"

#include <algorithm>
#include <map>

namespace md::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool breaks_a_line(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
    if (name.empty() || breaks_a_line(name) || breaks_a_line(value))
        throw TransportError("a header field of the request has control characters");
    head.append(name).append(": ").append(value).append("\r\n");
}

// The request in its final octets, one piece so that it is one packet when small.
std::string octets_of(const HttpRequest& request, const ConnectionRoute& route) {
    bool absolute = route.proxy && !request.url.is_https();  // RFC 9112 §3.2.2
    std::string text =
        request.method + " " + (absolute ? request.url.text() : request.url.target());
    text += " HTTP/1.1\r\n";
    append_field(text, "Host", request.url.authority());
    append_field(text, "User-Agent", route.options.user_agent);
    for (const auto& [name, value] : request.headers)
        append_field(text, name, value);
    if (absolute)
        text += route.proxy->authorization_line();
    if (request.method == "POST" || !request.body.empty())
        append_field(text, "Content-Length", std::to_string(request.body.size()));
    return text + "\r\n" + request.body;
}

std::string shown(milliseconds limit) {
    return limit.count() % 1000 == 0 ? std::to_string(limit.count() / 1000) + " s"
                                     : std::to_string(limit.count()) + " ms";
}

// with_timeout, saying what was too slow.
template <typename T>
base::Task<T> limited(base::Task<T> work, milliseconds limit, std::string what,
                      TransportFault fault) {
    base::Task<T> in_time = base::with_timeout(std::move(work), limit, what);
    try {
        co_return co_await std::move(in_time);
    } catch (const base::TimedOut&) {
        throw TransportError(what + " within " + shown(limit), fault);
    }
}

}  // namespace

class BeastTransport::Impl {
public:
    Impl(base::asio::any_io_executor executor, TransportOptions options)
        : route_{std::move(executor), options, client_context(options.ca_file), std::nullopt} {
        if (!options.proxy.empty())
            route_.proxy.emplace(options.proxy);
    }

    static base::Task<HttpResponse> send(std::shared_ptr<Impl> self, HttpRequest request) {
        std::string label = request.method + " " + request.url.text() + ": ";
        base::Task<HttpResponse> work = self->exchange(request);
        try {
            co_return co_await std::move(work);
        } catch (const TransportError& failed) {
            throw TransportError(label + failed.what(), failed.fault());
        } catch (const base::Error& failed) {
            throw TransportError(label + failed.what());
        }
    }

    void close_idle() { idle_.clear(); }

private:
    using ConnectionOwner = std::unique_ptr<Connection>;
    struct Idle {
        ConnectionOwner connection;
        steady_clock::time_point since;
    };

    base::Task<HttpResponse> exchange(const HttpRequest& request) {
        std::string octets = octets_of(request, route_);
        bool repeated = false;
        if (ConnectionOwner kept = take(request.url.origin())) {
            base::Task<HttpResponse> work = exchange_on(std::move(kept), request, octets);
            try {
                co_return co_await std::move(work);
            } catch (const ClosedUnanswered&) {
                if (request.method == "POST")
                    throw;
                repeated = true;
            }
        }
        auto fresh = std::make_unique<Connection>(route_);
        base::Task<void> opening = fresh->open(request.url);
        co_await limited(std::move(opening), route_.options.connect_limit, "no connection",
                         TransportFault::unreachable);
        base::Task<HttpResponse> work = exchange_on(std::move(fresh), request, std::move(octets));
        HttpResponse answer = co_await std::move(work);
        answer.repeated = repeated;
        co_return answer;
    }

    base::Task<HttpResponse> exchange_on(ConnectionOwner connection, const HttpRequest& request,
                                         std::string octets) {
        base::Task<HttpResponse> work =
            connection->exchange(std::move(octets), request.method == "HEAD");
        HttpResponse answer = co_await limited(std::move(work), route_.options.request_limit,
                                               "no answer", TransportFault::other);
        if (answer.status == 407 && route_.proxy && !request.url.is_https())
            throw TransportError(
                "the proxy " + route_.proxy->name() +
                    " refused with status 407: it wants a user name and a password",
                TransportFault::proxy);
        keep(request.url.origin(), std::move(connection));
        co_return answer;
    }

    // A kept connection that looks alive, the one used last first; or null.
    ConnectionOwner take(const std::string& origin) {
        drop_expired();
        auto found = idle_.find(origin);
        while (found != idle_.end() && !found->second.empty()) {
            ConnectionOwner connection = std::move(found->second.back().connection);
            found->second.pop_back();
            if (connection->still_quiet())
                return connection;
        }
        return nullptr;
    }

    void keep(const std::string& origin, ConnectionOwner connection) {
        if (!connection->reusable() || route_.options.connections_per_origin == 0)
            return;
        auto& kept = idle_[origin];
        if (kept.size() >= route_.options.connections_per_origin)
            kept.erase(kept.begin());
        kept.push_back({std::move(connection), steady_clock::now()});
    }

    void drop_expired() {
        auto oldest = steady_clock::now() - route_.options.idle_limit;
        for (auto entry = idle_.begin(); entry != idle_.end();) {
            std::erase_if(entry->second, [&](const Idle& idle) { return idle.since < oldest; });
            entry = entry->second.empty() ? idle_.erase(entry) : std::next(entry);
        }
    }

    ConnectionRoute route_;
    std::map<std::string, std::vector<Idle>> idle_;  // by origin; the longest kept first
};

BeastTransport::BeastTransport(base::asio::any_io_executor executor, TransportOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

BeastTransport::~BeastTransport() = default;

base::Task<HttpResponse> BeastTransport::send(HttpRequest request) {
    return Impl::send(impl_, std::move(request));
}

void BeastTransport::close_idle() {
    impl_->close_idle();
}

}  // namespace md::http
