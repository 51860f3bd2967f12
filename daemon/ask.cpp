// SPDX-License-Identifier: Apache-2.0
#include "ask.hpp"

#include "admin/control_client.hpp"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

namespace md {

std::optional<nlohmann::json> ask_running_daemon(const model::ServerSettings& server,
                                                 const std::string& command,
                                                 const std::vector<std::string>& names,
                                                 std::function<void(const std::string&)> progress) {
    nlohmann::json question{{"command", command}, {"names", names}};
    base::asio::io_context context(1);
    std::optional<nlohmann::json> answer;
    std::exception_ptr failed;
    admin::Asking asking;
    asking.on_progress = std::move(progress);
    base::asio::co_spawn(context,
                         admin::ask_daemon(server.server_root + "/control.sock", question, asking),
                         [&](std::exception_ptr error, std::optional<nlohmann::json> said) {
                             failed = error;
                             answer = std::move(said);
                         });
    context.run();
    if (failed)
        std::rethrow_exception(failed);
    if (!answer)
        return std::nullopt;
    if (!answer->value("ok", false))
        throw base::Error(answer->value("error", "the daemon gave no reason"));
    return std::optional<nlohmann::json>(std::in_place, answer->at("status"));
}

}  // namespace md
