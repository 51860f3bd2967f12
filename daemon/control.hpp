// SPDX-License-Identifier: Apache-2.0
// What the daemon answers on its control socket (control/control_server): status, renew, reload,
// forget, reach.
#pragma once

#include "base/task.hpp"
#include "control/control_server.hpp"
#include "engine.hpp"
#include "reloader.hpp"
#include "status_pages.hpp"

#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace md {

class Control {
public:
    // All of these outlive it.
    Control(base::asio::any_io_executor executor, Engine& engine, const StatusPages& pages,
            Reloader& reloader)
        : executor_(std::move(executor)), engine_(engine), pages_(pages), reloader_(reloader) {}

    // Throws base::Error for what cannot be answered.
    base::Task<std::string> answer(control::ControlRequest question,
                                   control::ProgressWriter progress);

    // What the engine says of its work: it is passed on to whoever asked for that.
    void stage_entered(const std::string& domain, std::string_view stage);
    void changed();

private:
    // One `renew` that is waited for.
    struct Renewal {
        Renewal(const base::asio::any_io_executor& executor, std::vector<std::string> names,
                control::ProgressWriter told)
            : domains(names.begin(), names.end()), progress(told), news(executor) {}
        std::set<std::string> domains;
        control::ProgressWriter progress;
        base::Wakeup news;
    };

    base::Task<std::string> renew(std::vector<std::string> names, control::ProgressWriter progress);
    base::Task<std::string> reload();
    base::Task<std::string> status(std::vector<std::string> names);
    base::Task<std::string> forget(std::vector<std::string> names);
    std::string reach();
    bool notification_pending(const std::set<std::string>& domains) const;

    base::asio::any_io_executor executor_;
    Engine& engine_;
    const StatusPages& pages_;
    Reloader& reloader_;
    std::list<Renewal> renewals_;
};

}  // namespace md
