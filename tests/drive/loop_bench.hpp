// SPDX-License-Identifier: Apache-2.0
// The loop over simulated days on a drive's bench: started, stopped, given a new configuration.
#pragma once

#include "drive/bench.hpp"
#include "drive/reconcile.hpp"
#include "support/catch.hpp"
#include "support/recording_commands.hpp"
#include "support/scripted_probe.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace md::test {

using namespace std::chrono_literals;

struct LoopBench : DriveBench {
    explicit LoopBench(std::vector<model::ManagedDomain> domains, Scenario scenario = {})
        : DriveBench(std::move(scenario)) {
        desired.domains = std::move(domains);
        desired.server.notify_command = {"/bin/reload", "arg"};
    }
    ~LoopBench() { stop(); }

    void start() {
        restart();
        drive::DriveContext with = drive_context();
        with.probe = &probe;
        with.lease = lease.get();
        loop = std::make_unique<drive::Reconcile>(context.get_executor(), with, hooks, desired,
                                                  [this](const drive::Changes&) { ++changes; });
        run_task(context, loop->load());
        ended = false;
        base::asio::co_spawn(context, loop->run(),
                             base::asio::bind_cancellation_slot(
                                 stop_signal.slot(), [this](std::exception_ptr) { ended = true; }));
        settle();
    }
    void stop() {
        if (ended)
            return;
        stop_signal.emit(base::asio::cancellation_type::terminal);
        context.restart();
        context.run();
        REQUIRE(ended);
    }
    // Runs what can run now. Keys being made are waited for: the pool has one thread, and does
    // what it is told in that order.
    void settle() {
        std::size_t ran = 0;
        do {
            context.restart();
            ran = context.poll();
            std::promise<void> idle;
            base::asio::post(pool, [&idle] { idle.set_value(); });
            idle.get_future().wait();
            context.restart();
            ran += context.poll();
        } while (ran > 0);
    }
    // Lets this much time pass in a hundred steps or so, doing at each what has become due.
    void pass(std::chrono::milliseconds time) {
        settle();
        auto step = std::clamp<std::chrono::milliseconds>(time / 100, 1s, 1min);
        for (std::chrono::milliseconds left = time; left > 0ms; left -= step) {
            clock.advance(std::min(left, step));
            settle();
        }
    }
    std::size_t held(const std::string& name) const {
        return loop->observed().of(name).certificates.size();
    }

    model::DesiredState desired;
    RecordingCommands hooks;
    ScriptedProbe probe;
    std::shared_ptr<store::Lease> lease;  // none: it cannot be lost
    std::unique_ptr<drive::Reconcile> loop;
    base::asio::cancellation_signal stop_signal;
    bool ended = true;
    int changes = 0;
    bool reloaded = false;

    // As SIGHUP does it.
    void reload(model::DesiredState state) {
        reloaded = false;
        base::asio::co_spawn(context, loop->replace_desired(std::move(state)),
                             [this](std::exception_ptr failed) { reloaded = !failed; });
        settle();
    }
};

inline std::vector<model::ManagedDomain> many(int count) {
    std::vector<model::ManagedDomain> domains;
    for (int i = 0; i < count; ++i)
        domains.push_back(managed({("d" + std::to_string(i) + ".org").c_str()}));
    return domains;
}

inline std::ptrdiff_t held_by(const LoopBench& bench) {
    return std::count_if(bench.desired.domains.begin(), bench.desired.domains.end(),
                         [&](const auto& domain) { return bench.held(domain.name()) > 0; });
}

}  // namespace md::test
