// SPDX-License-Identifier: Apache-2.0
#include "admin_service.hpp"

#include "base/log.hpp"
#include "control/control_server.hpp"

#include <utility>

namespace md {

AdminService::AdminService(base::asio::any_io_executor executor, Engine& engine, Reloader& reloader,
                           const Loading& loading)
    : control_path_(engine.configured().server_root + "/control.sock"),
      pages_(executor, engine, loading),
      status_port_(executor, [this](auto path, auto query) { return pages_.page(path, query); }),
      control_(executor, engine, pages_, reloader) {}

void AdminService::open(const std::vector<model::StatusListen>& listens) {
    status_port_.open(listens);
    pages_.shown(status_port_.is_open());
}

base::Task<void> AdminService::serve_control() {
    std::string reason;
    try {
        control::Answerer answerer = [this](control::ControlRequest question,
                                            control::ProgressWriter progress) {
            return control_.answer(std::move(question), progress);
        };
        co_await control::serve(control_path_, std::move(answerer));
    } catch (const base::Error& error) {
        reason = error.what();
    }
    // Certificates matter more than questions: without the socket the daemon goes on.
    log::error("the control socket is not served", log::kv("reason", reason));
}

void AdminService::stage_entered(const std::string& domain, std::string_view stage) {
    control_.stage_entered(domain, stage);
}

}  // namespace md
