// SPDX-License-Identifier: Apache-2.0
// Debian's httpd with mod_md, which keeps its certificates itself, on the ports where the CA's
// validator asks. What httpd and mdcertd both read is one file; the rest is httpd's own.
#pragma once

#include "site.hpp"

#include <memory>
#include <string>

namespace md::test {

class ModMdServer {
public:
    ModMdServer(const Site& site, Pebble& ca);

    // The file that both include: domains, virtual hosts, and where certificates come from.
    fs::path shared_file() const { return folder_ / "sites.conf"; }
    // For a site with TLS; its names.
    std::string virtual_host(const std::string& name, const std::string& aliases = "") const;
    // Replaces the shared file, and httpd's own, with more in the latter.
    void configure(const std::string& domains, const std::string& own = "") const;
    fs::path config_file() const { return folder_ / "httpd.conf"; }

    void start();
    void stop();
    // As an administrator's `apachectl graceful`; waits until all is loaded anew.
    void graceful();
    // True once mod_md has a whole certificate in staging/NAME, which httpd takes up when it is
    // started or reloaded.
    bool obtains(const std::string& name, milliseconds limit);
    // SHA-256 of the certificate it shows for that name, as Site::fingerprint has it.
    std::string served(const std::string& name) const;
    bool serves(const std::string& name, const std::string& fingerprint, milliseconds limit);
    std::string said() const { return read_file(log_); }

private:
    const Site& site_;
    Pebble& ca_;
    fs::path folder_, log_;
    std::unique_ptr<Process> process_;
};

}  // namespace md::test
