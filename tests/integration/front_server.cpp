// SPDX-License-Identifier: Apache-2.0
#include "front_server.hpp"

#include <grp.h>
#include <stdexcept>
#include <unistd.h>

namespace md::test {
namespace {

using std::chrono::seconds;

void replace_all(std::string& text, const std::string& part, const std::string& other) {
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
        text.replace(at, part.size(), other), at += other.size();
}

std::string loopback(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

// A part of the snippet goes outside of http { }.
std::string nginx_around(const std::string& folder, const std::string& snippet) {
    const std::string end_of_stream = "# The rest goes into http { }";
    const auto split = snippet.find(end_of_stream);
    const std::string stream = split == std::string::npos ? "" : snippet.substr(0, split);
    const std::string rest = split == std::string::npos ? snippet : snippet.substr(split);
    std::string temporary;
    for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        temporary += "    " + std::string(what) + "_temp_path " + folder + "/tmp;\n";
    // As Debian's nginx.conf has it.
    const std::string account = getuid() == 0 ? "user www-data;\n" : "";
    return account + "daemon off;\npid " + folder + "/pid;\nerror_log " + folder +
           "/log notice;\ninclude /etc/nginx/modules-enabled/*.conf;\nworker_processes 2;\n"
           "events {}\n" +
           stream + "http {\n    access_log off;\n" + temporary + rest + "}\n";
}

std::string httpd_around(const std::string& folder, const std::string& snippet,
                         const std::string& ports) {
    std::string modules;
    for (const char* name : {"mpm_event", "authz_core", "ssl", "proxy", "proxy_http", "rewrite",
                             "headers", "dir", "socache_shmcb"})
        modules += "LoadModule " + std::string(name) + "_module /usr/lib/apache2/modules/mod_" +
                   name + ".so\n";
    const std::string account = getuid() == 0 ? "User www-data\nGroup www-data\n" : "";
    return modules + ports + account + "ServerName localhost\nPidFile " + folder +
           "/pid\nErrorLog " + folder + "/log\nMutex file:" + folder + "/tmp\nDefaultRuntimeDir " +
           folder + "/tmp\nSSLSessionCache none\nDocumentRoot " + folder + "/www\n" + snippet;
}

std::string haproxy_around(const std::string& folder, const std::string& snippet) {
    const std::string chroot = getuid() == 0 ? "    chroot " + folder + "/root\n" : "";
    return "global\n    master-worker\n" + chroot + "    pidfile " + folder +
           "/pid\n    stats socket " + folder +
           "/socket mode 600 level admin expose-fd listeners\n"
           "defaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n"
           "    timeout server 30s\n" +
           snippet +
           "backend your-site\n    http-request return status 200 content-type text/plain string "
           "hello\n";
}

}  // namespace

FrontServer::FrontServer(std::string kind, const Site& site, Pebble& ca)
    : kind_(std::move(kind)),
      folder_(site.directory() / kind_),
      file_(folder_ / "conf"),
      log_(folder_ / "log"),
      root_(ca.issuing_root()),
      http_port_(ca.http_port()),
      tls_port_(ca.tls_port()) {
    for (const char* name : {"www", "tmp", "links", "root/run"})
        fs::create_directories(folder_ / name);
    write_file(folder_ / "www/index.html", "hello\n");
    write_file(log_, "");
    // Started as root, a server has its pages read by another account.
    fs::permissions(site.directory(), fs::perms::owner_all | fs::perms::others_exec);
    const group* account = getgrnam("www-data");
    if (getuid() == 0 && account != nullptr && kind_ != "haproxy" &&
        chown((folder_ / "root/run").c_str(), 0, account->gr_gid) != 0)
        throw std::runtime_error("cannot give a folder to www-data");
}

std::string FrontServer::socket() const {
    return (folder_ / "root/run/http.sock").string();
}

std::string FrontServer::on_own_ports(std::string snippet) const {
    const std::string http = loopback(http_port_), tls = loopback(tls_port_);
    const std::string links = (folder_ / "links").string();
    for (const auto& [theirs, ours] : std::vector<std::pair<std::string, std::string>>{
             {"127.0.0.1:8443", loopback(shared_tls_.number())},
             {"/etc/haproxy/mdcertd", links},
             {getuid() == 0 ? "unix@" + (folder_ / "root").string() : "unix@", "unix@"},
             {":::80 v4v6", http},
             {":::443 v4v6", tls},
             {"    listen [::]:80;\n", ""},
             {"    listen [::]:443 ssl;\n", ""},
             {"        listen [::]:443;\n", ""},
             {"listen 80;", "listen " + http + ";"},
             {"listen 443", "listen " + tls},
             {"*:80>", http + ">"},
             {"*:443>", tls + ">"},
             {"# default_backend", "default_backend"},
             {"# Your site: root, proxy_pass, ...", "location / { return 200 hello; }"}})
        replace_all(snippet, theirs, ours);
    return snippet;
}

std::string FrontServer::around(const std::string& snippet) const {
    const std::string folder = folder_.string();
    if (kind_ == "nginx")
        return nginx_around(folder, snippet);
    if (kind_ == "httpd")
        return httpd_around(
            folder, snippet,
            "Listen " + loopback(http_port_) + "\nListen " + loopback(tls_port_) + "\n");
    return haproxy_around(folder, snippet);
}

void FrontServer::configure(const std::string& snippet) {
    const std::string mine = on_own_ports(snippet);
    text_ = around(mine);
    write_file(file_, text_);
    if (kind_ != "haproxy")
        return;
    // The commands that the snippet says are to be run once.
    const auto linked =
        run_command({{"sh", "-ec", "sed -n 's/^#   //p' " + file_.string() + " | sh -e"}});
    if (linked.status != 0)
        throw std::runtime_error("the links: " + linked.errors);
}

void FrontServer::break_configuration(bool broken) {
    write_file(file_, broken ? text_ + "thisisnodirective on;\n" : text_);
}

void FrontServer::start() {
    std::vector<std::string> argv = {"nginx", "-c", file_.string()};
    if (kind_ == "httpd")
        argv = {"apache2", "-f", file_.string(), "-D",
                "FOREGROUND"};  // apachectl passes no signal on
    if (kind_ == "haproxy")
        argv = {"haproxy", "-W", "-f", file_.string()};
    process_ = std::make_unique<Process>(Command{argv},
                                         kind_ == "haproxy" ? log_ : fs::path(folder_ / "output"));
    if (!process_->wait_for_port(http_port_, seconds{20}))
        throw std::runtime_error(kind_ + " does not start:\n" + process_->output() + said());
}

std::string FrontServer::notify_command() const {
    return std::string(MD_SOURCE_DIR) + "/packaging/hooks/reload " + kind_ + "=" + file_.string();
}

Outcome FrontServer::reload() const {
    return run_command({{"sh", "-c", notify_command()}});
}

std::string FrontServer::served(const std::string& name) const {
    return run_command(
               {{"sh", "-c",
                 "openssl s_client -connect " + loopback(tls_port_) + " -servername " + name +
                     " < /dev/null 2> /dev/null | "
                     "openssl x509 -noout -fingerprint -sha256 2> /dev/null"}})
        .output;
}

bool FrontServer::serves(const std::string& name, const std::string& fingerprint,
                         milliseconds limit) {
    return process_->wait_until([&] { return served(name) == fingerprint; }, {log_}, limit);
}

std::vector<std::string> FrontServer::curl(const std::string& name) const {
    std::vector<std::string> command = {"curl", "-sS",      "--max-time",
                                        "20",   "--cacert", root_.string()};
    for (std::uint16_t port : {http_port_, tls_port_})
        command.insert(command.end(),
                       {"--resolve", name + ":" + std::to_string(port) + ":127.0.0.1"});
    return command;
}

std::string FrontServer::get(const std::string& url,
                             const std::vector<std::string>& options) const {
    const auto begin = url.find("://") + 3;
    std::vector<std::string> command = curl(url.substr(begin, url.find(':', begin) - begin));
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(url);
    const auto outcome = run_command({std::move(command)});
    return outcome.output + outcome.errors;
}

Load::Load(const FrontServer& front, const std::string& name) {
    const std::string url = front.tls_url(name) + "?[1-30]";
    for (const char* connection : {"keep-alive", "close"}) {
        auto command = front.curl(name);
        command.insert(command.end(), {"-H", std::string("Connection: ") + connection, "-o",
                                       "/dev/null", "-w", "%{http_code}\n", url});
        threads_.emplace_back([this, command] { ask(command); });
    }
}

void Load::ask(std::vector<std::string> curl) {
    while (!over_) {
        const auto outcome = run_command({curl});
        const unsigned good = occurrences(outcome.output, "200\n");
        served_ += good;
        if (good == 30 && outcome.status == 0)
            continue;
        const std::lock_guard lock(guard_);
        failures_ += outcome.output + outcome.errors;
    }
}

void Load::end() {
    over_ = true;
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

}  // namespace md::test
