// SPDX-License-Identifier: Apache-2.0
// `mdcertd log`: what happened to managed domains, read from the store, whether a daemon runs or
// not.
#include "admin/history.hpp"
#include "admin/status.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "stored_state.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace md::commands {

int log(const CommandLine& line) {
    config::Loaded loaded = require_configuration(line);
    model::DesiredState asked{loaded.desired.server, {}};
    for (const model::ManagedDomain* domain : admin::select_known(loaded.desired, line.names))
        asked.domains.push_back(*domain);
    const auto histories = stored_histories(asked);
    nlohmann::json answer = nlohmann::json::object();
    for (const model::ManagedDomain& domain : asked.domains) {
        auto history = admin::history_of(histories.at(domain.name()));
        if (line.json)
            answer[domain.name()] = admin::history_json(history);
        else
            std::fputs(admin::history_text(domain.name(), history).c_str(), stdout);
    }
    if (line.json)
        std::fputs((answer.dump(2) + "\n").c_str(), stdout);
    return 0;
}

}  // namespace md::commands
