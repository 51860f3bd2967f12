// SPDX-License-Identifier: Apache-2.0
// MDStatusListen: ports beside the responder's, of the same server room, which show pages.
#pragma once

#include "base/task.hpp"
#include "model/desired_state.hpp"
#include "server/listener.hpp"
#include "server/pages.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace md {

class StatusPort {
public:
    // The page at a path with a query; nullopt: there is none.
    using PageFor = std::function<std::optional<server::ServedPage>(std::string_view path,
                                                                    std::string_view query)>;

    StatusPort(base::asio::any_io_executor executor, PageFor page_for);

    // Opens what is wanted now and closes the rest. What cannot be opened is a warning.
    void open(const std::vector<model::StatusListen>& wanted);
    // What is still open ends, and is awaited.
    base::Task<void> close();
    bool is_open() const { return is_open_; }

private:
    base::asio::any_io_executor executor_;
    PageFor page_for_;
    server::Hosts hosts_;
    std::optional<server::Listener> listener_;  // made when a port is wanted for the first time
    bool is_open_ = false;
};

}  // namespace md
