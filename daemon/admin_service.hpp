// SPDX-License-Identifier: Apache-2.0
// The part of the daemon that tells and is told: the control socket, and the ports and pages of
// MDStatusListen.
#pragma once

#include "base/task.hpp"
#include "control.hpp"
#include "engine.hpp"
#include "loading.hpp"
#include "reloader.hpp"
#include "status_pages.hpp"
#include "status_port.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace md {

class AdminService {
public:
    // All of these outlive it.
    AdminService(base::asio::any_io_executor executor, Engine& engine, Reloader& reloader,
                 const Loading& loading);

    // Opens the status ports that are wanted now.
    void open(const std::vector<model::StatusListen>& listens);

    // Until cancelled; the engine is open: answers at the control socket. Where that cannot be made
    // the daemon goes on without.
    base::Task<void> serve_control();
    // Until cancelled; the engine is open: keeps what the pages tell up to date.
    base::Task<void> keep_pages() { return pages_.run(); }

    // What the engine says of its work.
    void stage_entered(const std::string& domain, std::string_view stage);
    void changed() { control_.changed(); }

    // Frees the status ports. What is still open on them ends, and is awaited.
    base::Task<void> close() { return status_port_.close(); }

private:
    std::string control_path_;
    StatusPages pages_;
    StatusPort status_port_;
    Control control_;
};

}  // namespace md
