// SPDX-License-Identifier: Apache-2.0
#include "status_port.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace md {
namespace {

// A few browsers and a Prometheus. A page of many megabytes may take a while to be fetched.
responder::Limits few_guests() {
    responder::Limits limits;
    limits.connections = 32;
    limits.connections_per_peer = 32;
    limits.request_time = std::chrono::seconds{30};
    return limits;
}

// Where others can reach a port they may come under any name.
responder::Hosts hosts_of(const std::vector<model::StatusListen>& listens) {
    responder::Hosts hosts{"localhost", "127.0.0.1", "::1"};
    for (const model::StatusListen& listen : listens) {
        if (!listen.is_loopback())
            return {};
        hosts.push_back(listen.address);
    }
    return hosts;
}

}  // namespace

StatusPort::StatusPort(base::asio::any_io_executor executor, responder::PageFor page_for)
    : executor_(std::move(executor)), page_for_(std::move(page_for)) {}

void StatusPort::open(const std::vector<model::StatusListen>& wanted) {
    if (wanted.empty())
        return close();
    hosts_ = hosts_of(wanted);
    if (!listener_) {
        listener_.emplace(executor_, no_challenges_, few_guests());
        listener_->set_answers([this](const responder::Question& question) {
            return responder::answer_with_page(question, hosts_, page_for_);
        });
    }
    responder::Listener::Endpoints endpoints;
    for (const model::StatusListen& listen : wanted)
        endpoints.http.emplace_back(listen.address, listen.port);
    for (const responder::BindFailure& failure : listener_->open(endpoints))
        log::warn("the status page is not available there", log::kv("endpoint", failure.endpoint),
                  log::kv("reason", failure.reason));
}

void StatusPort::close() {
    listener_.reset();
}

}  // namespace md
