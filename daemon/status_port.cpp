// SPDX-License-Identifier: Apache-2.0
#include "status_port.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace md {
namespace {

// A few browsers and a Prometheus. A page of many megabytes may take a while to be fetched.
server::Limits few_clients() {
    server::Limits limits;
    limits.connections = 32;
    limits.connections_per_peer = 32;
    limits.request_time = std::chrono::seconds{30};
    return limits;
}

// Where others can reach a port they may come under any name.
server::Hosts hosts_of(const std::vector<model::StatusListen>& listens) {
    server::Hosts hosts{"localhost", "127.0.0.1", "::1"};
    for (const model::StatusListen& listen : listens) {
        if (!listen.is_loopback())
            return {};
        hosts.push_back(listen.address);
    }
    return hosts;
}

}  // namespace

StatusPort::StatusPort(base::asio::any_io_executor executor, PageFor page_for)
    : executor_(std::move(executor)), page_for_(std::move(page_for)) {}

void StatusPort::open(const std::vector<model::StatusListen>& wanted) {
    is_open_ = !wanted.empty();
    if (!is_open_ && !listener_)
        return;
    hosts_ = hosts_of(wanted);
    if (!listener_) {
        auto respond = [this](const server::Request& request) {
            server::AskedPage asked = server::asked_page(request, hosts_);
            return asked.refusal ? std::move(*asked.refusal)
                                 : server::respond_with_page(page_for_(asked.path, asked.query));
        };
        listener_.emplace(executor_, std::move(respond), nullptr, few_clients());
    }
    server::ListenEndpoints endpoints;
    for (const model::StatusListen& listen : wanted)
        endpoints.http.emplace_back(listen.address, listen.port);
    for (const server::BindFailure& failure : listener_->open(endpoints))
        log::warn("the status page is not available there", log::kv("endpoint", failure.endpoint),
                  log::kv("reason", failure.reason));
    if (!is_open_)
        listener_->disconnect();
}

base::Task<void> StatusPort::close() {
    if (listener_)
        co_await listener_->close();
}

}  // namespace md
