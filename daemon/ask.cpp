// SPDX-License-Identifier: Apache-2.0
#include "ask.hpp"

#include "control/control_client.hpp"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

namespace md {

std::optional<nlohmann::json> ask_running_daemon(const model::ServerSettings& server,
                                                 const std::string& command,
                                                 const std::vector<std::string>& names,
                                                 std::function<void(const std::string&)> progress) {
    base::asio::io_context context(1);
    std::optional<nlohmann::json> answer;
    std::exception_ptr failed;
    control::Asking asking;
    asking.on_progress = std::move(progress);
    base::asio::co_spawn(context,
                         control::ask_daemon(server.server_root + "/control.sock", command, names,
                                             std::move(asking)),
                         [&](std::exception_ptr error, std::optional<nlohmann::json> said) {
                             failed = error;
                             answer = std::move(said);
                         });
    context.run();
    if (failed)
        std::rethrow_exception(failed);
    return answer;
}

}  // namespace md
