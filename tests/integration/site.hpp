// SPDX-License-Identifier: Apache-2.0
// A server as an administrator has it: a configuration, a state directory, a notify command that
// writes down what it is told, and mdcertd's commands on them. The CA's validator reaches it.
#pragma once

#include "support/pebble.hpp"
#include "support/process.hpp"
#include "support/scratch.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace md::test {

class Site {
public:
    explicit Site(Pebble& ca);

    // Replaces the configuration: what every site needs, then `domains`.
    void configure(const std::string& domains);
    // What every site needs; a test may change it before configure().
    std::string server_part;

    // `mdcertd ARGUMENTS -c FILE`, to its end.
    Outcome mdcertd(std::vector<std::string> arguments) const;
    // `mdcertd run`, started; returned once it says that it listens is not needed: wait for what
    // the test is about.
    std::unique_ptr<Process> run();
    // The same by way of another program, which becomes it, and with more in the environment.
    std::unique_ptr<Process> run_by(std::vector<std::string> program,
                                    std::map<std::string, std::string> environment = {});

    // The notify command has been told of that MD at least so many times.
    bool wait_for_notified(Process& daemon, const std::string& name, milliseconds limit,
                           unsigned times = 1) const;
    unsigned notified(const std::string& name) const;
    // While true, the notify command writes the names down elsewhere and fails.
    void break_notify(bool broken) const;
    unsigned failed_notifications() const;

    fs::path store() const { return scratch_ / "state/md"; }
    fs::path live(const std::string& name, const std::string& file) const {
        return store() / "domains" / name / file;
    }
    const fs::path& directory() const { return scratch_.path(); }
    fs::path config_file() const { return scratch_ / "mdcertd.conf"; }

    // What `openssl verify` says against the CA's root; "" when all is well. Suffix as KeySpec's.
    std::string verify(const std::string& md, const std::string& name,
                       const std::string& suffix = "") const;
    // The public halves of key and certificate are the same.
    bool key_matches(const std::string& md, const std::string& suffix = "") const;
    std::string fingerprint(const std::string& md, const std::string& suffix = "") const;

    // One MD of `status --json`.
    nlohmann::json status_of(const std::string& name) const;

private:
    std::string openssl(std::vector<std::string> arguments) const;

    Pebble& ca_;
    Scratch scratch_;
    unsigned runs_ = 0;
};

// The text with every `from` in it made `to`.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace md::test
