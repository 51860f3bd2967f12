// SPDX-License-Identifier: Apache-2.0
// A real web server of Debian with ports 80 and 443 of its own, as far as the world sees it, and
// mdcertd behind it: its configuration is what `mdcertd snippet` prints, on ports the kernel
// picked.
#pragma once

#include "site.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace md::test {

class FrontServer {
public:
    // nginx, httpd or haproxy. The CA's validator comes to its ports.
    FrontServer(std::string kind, const Site& site, Pebble& ca);

    // The server's own part of the configuration, with the snippet in it.
    void configure(const std::string& snippet);
    // Where a socket is that it passes the CA's questions on to: the group of its account alone may
    // connect, and HAProxy sees it from its chroot.
    std::string socket() const;
    // As an administrator's slip of the pen does.
    void break_configuration(bool broken);
    void start();
    // What MDNotifyCmd is to run: the hook that is shipped.
    std::string notify_command() const;
    Outcome reload() const;

    // SHA-256 of the certificate it shows for that name, as Site::fingerprint has it.
    std::string served(const std::string& name) const;
    // True once that one is served.
    bool serves(const std::string& name, const std::string& fingerprint, milliseconds limit);
    // What curl gets of it, verified against the CA's root.
    std::string get(const std::string& url, const std::vector<std::string>& options) const;
    std::vector<std::string> curl(const std::string& name) const;
    std::string tls_url(const std::string& name) const {
        return "https://" + name + ":" + std::to_string(tls_port_) + "/";
    }
    std::string plain_url(const std::string& name) const {
        return "http://" + name + ":" + std::to_string(http_port_) + "/";
    }
    std::string said() const { return read_file(log_); }

private:
    std::string around(const std::string& snippet) const;
    std::string on_own_ports(std::string snippet) const;

    std::string kind_, text_;
    fs::path folder_, file_, log_, root_;
    std::uint16_t http_port_, tls_port_;
    ReservedPort shared_tls_;  // behind a port 443 that is shared
    std::unique_ptr<Process> process_;
};

// Asks for a page again and again, over kept connections and over new ones, until it is ended.
class Load {
public:
    Load(const FrontServer& front, const std::string& name);
    ~Load() { end(); }

    void end();
    unsigned served() const { return served_; }
    // What curl said of each request that was not answered with 200.
    std::string failures() const { return failures_; }

private:
    void ask(std::vector<std::string> curl);

    std::atomic<bool> over_ = false;
    std::atomic<unsigned> served_ = 0;
    std::mutex guard_;
    std::string failures_;
    std::vector<std::thread> threads_;
};

}  // namespace md::test
