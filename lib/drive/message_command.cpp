// SPDX-License-Identifier: Apache-2.0
#include "drive/message_command.hpp"

#include "base/log.hpp"

#include <utility>

namespace md::drive {

base::Task<std::string> MessageCommand::tell(std::string reason) {
    if (!speaks())
        co_return "";
    process::CommandOutcome outcome =
        co_await hooks_->run(notify::message_for(command_, reason, domain_));
    if (outcome.succeeded) {
        news_.push_back({clock_.now(), "message-" + reason, "", outcome.explanation()});
        log::info("MDMessageCmd told", log::kv("domain", domain_), log::kv("event", reason));
        co_return "";
    }
    news_.push_back({clock_.now(), "message-error", reason, outcome.explanation()});
    log::warn("MDMessageCmd failed", log::kv("domain", domain_), log::kv("event", reason),
              log::kv("reason", outcome.reason), log::kv("output", outcome.output));
    co_return outcome.summary();
}

}  // namespace md::drive
