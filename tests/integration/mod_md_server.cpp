// SPDX-License-Identifier: Apache-2.0
#include "mod_md_server.hpp"

#include <stdexcept>
#include <unistd.h>

namespace md::test {
namespace {

using std::chrono::seconds;

// Some of them are part of the program in other builds of httpd.
std::string modules() {
    std::string lines;
    for (const char* name : {"mpm_event", "authz_core", "socache_shmcb", "watchdog", "proxy",
                             "proxy_http", "ssl", "md"}) {
        const std::string file = "/usr/lib/apache2/modules/mod_" + std::string(name) + ".so";
        if (fs::exists(file))
            lines += "LoadModule " + std::string(name) + "_module " + file + "\n";
    }
    return lines;
}

}  // namespace

ModMdServer::ModMdServer(const Site& site, Pebble& ca)
    : site_(site), ca_(ca), folder_(site.directory() / "httpd"), log_(folder_ / "log") {
    fs::create_directories(folder_ / "www");
    fs::create_directories(site.store());
    write_file(folder_ / "www/index.html", "hello\n");
    write_file(log_, "");
    fs::copy_file(ca.ca_file(), folder_ / "ca.pem");  // where httpd's workers can read it
    // mod_md writes staging/ and challenges/ as the account that httpd's workers run as.
    for (const fs::path& way : {site.directory(), site.directory() / "state"})
        fs::permissions(way, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
}

std::string ModMdServer::virtual_host(const std::string& name, const std::string& aliases) const {
    return "<VirtualHost *:" + std::to_string(ca_.tls_port()) + ">\n    ServerName " + name + "\n" +
           (aliases.empty() ? "" : "    ServerAlias " + aliases + "\n") + "    SSLEngine on\n" +
           "    DocumentRoot " + (folder_ / "www").string() + "\n</VirtualHost>\n";
}

void ModMdServer::configure(const std::string& domains, const std::string& own) const {
    write_file(shared_file(),
               "ServerAdmin admin@example.test\nMDCertificateAgreement accepted\n"
               "MDCertificateAuthority " +
                   ca_.directory_url() + "\nMDCACertificateFile " + (folder_ / "ca.pem").string() +
                   "\nMDStoreDir " + site_.store().string() + "\nMDCAChallenges http-01\n" +
                   domains);
    const std::string here = folder_.string();
    const std::string http = std::to_string(ca_.http_port()), tls = std::to_string(ca_.tls_port());
    const std::string account = getuid() == 0 ? "User www-data\nGroup www-data\n" : "";
    write_file(config_file(), modules() + account + "ServerRoot " + here +
                                  "\nServerName localhost\nPidFile " + here + "/pid\nErrorLog " +
                                  here + "/log\nLogLevel warn md:info\nMutex file:" + here +
                                  "\nDefaultRuntimeDir " + here + "\nListen 127.0.0.1:" + http +
                                  "\nListen 127.0.0.1:" + tls + " https\nMDPortMap http:" + http +
                                  " https:" + tls + "\n<Directory " + here +
                                  "/www>\n    Require all granted\n</Directory>\n" + own +
                                  "Include " + shared_file().string() + "\n");
}

void ModMdServer::start() {
    process_ = std::make_unique<Process>(
        Command{{"apache2", "-f", config_file().string(), "-D", "FOREGROUND"}}, folder_ / "output");
    if (!process_->wait_for_port(ca_.http_port(), seconds{20}))
        throw std::runtime_error("httpd does not start:\n" + process_->output() + said());
}

void ModMdServer::stop() {
    process_->stop();
}

void ModMdServer::graceful() {
    const auto resumed = [this] { return occurrences(said(), "resuming normal operations"); };
    const unsigned before = resumed();
    const auto outcome = run_command({{"apache2", "-f", config_file().string(), "-k", "graceful"}});
    if (outcome.status != 0 ||
        !process_->wait_until([&] { return resumed() > before; }, {log_}, seconds{30}))
        throw std::runtime_error("httpd does not reload:\n" + outcome.errors + said());
}

bool ModMdServer::obtains(const std::string& name, milliseconds limit) {
    return process_->wait_until(
        [&] {
            return said().find("The Managed Domain " + name + " has been setup") !=
                   std::string::npos;
        },
        {log_}, limit);
}

std::string ModMdServer::served(const std::string& name) const {
    return run_command({{"sh", "-c",
                         "openssl s_client -connect 127.0.0.1:" + std::to_string(ca_.tls_port()) +
                             " -servername " + name +
                             " < /dev/null 2> /dev/null | "
                             "openssl x509 -noout -fingerprint -sha256 2> /dev/null"}})
        .output;
}

bool ModMdServer::serves(const std::string& name, const std::string& fingerprint,
                         milliseconds limit) {
    return process_->wait_until([&] { return served(name) == fingerprint; }, {log_}, limit);
}

}  // namespace md::test
