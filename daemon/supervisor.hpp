// SPDX-License-Identifier: Apache-2.0
// The service manager, when one started us: systemd's notification and socket passing protocols
// (sd_notify(3), sd_listen_fds(3)), spoken without its library. Where there is none, all of this
// does nothing.
#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"
#include "drive/reconcile.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace md {

class Supervisor {
public:
    // Reads what the service manager put into the environment, and removes it there.
    explicit Supervisor(base::asio::any_io_executor executor);
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    // The listening sockets it opened for us. The caller owns them from then on.
    std::vector<int> take_sockets();

    void ready() const;  // at the start, and when a reload is over
    void reloading() const;
    void stopping() const;
    // Before ready(): what the start waits for, which may take so much longer from now on.
    void waiting(const std::string& reason, std::chrono::seconds longest) const;

    // Until cancelled: keeps the status line up to date, and pings the watchdog as long as the loop
    // makes sound turns. `problem` is why the configuration on disk is not in force, or "".
    base::Task<void> run(drive::Reconcile& reconcile, base::Clock& clock,
                         const std::string& problem);
    // Something has changed that the status line may tell.
    void news() { news_.wake(); }

private:
    base::Task<void> keep_status(drive::Reconcile& reconcile, base::Clock& clock,
                                 const std::string& problem);
    base::Task<void> keep_watchdog(drive::Reconcile& reconcile, base::Clock& clock);
    void say(const std::string& text) const;

    base::Wakeup news_;
    int socket_ = -1;
    std::string address_;  // the path of a Unix socket; "\0..." in the abstract name space
    std::vector<int> passed_;
    std::chrono::microseconds watchdog_{0};  // 0: there is none
};

}  // namespace md
