// SPDX-License-Identifier: Apache-2.0
// MDStatusListen: ports beside the responder's, by the same machinery, which show pages.
#pragma once

#include "base/task.hpp"
#include "model/desired_state.hpp"
#include "responder/challenge_board.hpp"
#include "responder/listener.hpp"
#include "responder/pages.hpp"

#include <optional>
#include <vector>

namespace md {

class StatusPort {
public:
    StatusPort(base::asio::any_io_executor executor, responder::PageFor page_for);

    // Opens what is wanted now and closes the rest. What cannot be opened is a warning.
    void open(const std::vector<model::StatusListen>& wanted);
    // What is still open ends.
    void close();
    bool is_open() const { return listener_.has_value(); }

private:
    base::asio::any_io_executor executor_;
    responder::PageFor page_for_;
    responder::Hosts hosts_;
    responder::ChallengeBoard no_challenges_;
    std::optional<responder::Listener> listener_;  // costs nothing where no port is wanted
};

}  // namespace md
