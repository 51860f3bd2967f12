// SPDX-License-Identifier: Apache-2.0
#include "site.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <stdexcept>

namespace md::test {
namespace {

unsigned lines_naming(const fs::path& file, const std::string& name) {
    std::istringstream lines(read_file(file));
    unsigned count = 0;
    for (std::string line; std::getline(lines, line);)
        if ((" " + line + " ").find(" " + name + " ") != std::string::npos)
            ++count;
    return count;
}

}  // namespace

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

Site::Site(Pebble& ca) : ca_(ca) {
    const std::string http = std::to_string(ca.http_port()), tls = std::to_string(ca.tls_port());
    const std::string here = scratch_.path().string();
    write_script(scratch_ / "notify",
                 "#!/bin/sh\nif [ -e " + here + "/broken ]; then\n    echo \"$@\" >> " + here +
                     "/refused\n    exit 3\nfi\necho \"$@\" >> " + here + "/notified\n");
    write_file(scratch_ / "notified", "");
    write_file(scratch_ / "refused", "");
    server_part = "ServerRoot " + here + "/state\nServerAdmin admin@example.test\n" +
                  "MDCertificateAgreement accepted\nMDCertificateAuthority " + ca.directory_url() +
                  "\nMDCACertificateFile " + ca.ca_file().string() + "\nMDPortMap 80:" + http +
                  " 443:" + tls + "\nListen 127.0.0.1:" + http + "\nListen 127.0.0.1:" + tls +
                  "\nMDNotifyCmd " + here + "/notify\n";
}

void Site::configure(const std::string& domains) {
    write_file(config_file(), server_part + domains);
}

Outcome Site::mdcertd(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), MD_BINARY);
    arguments.insert(arguments.end(), {"-c", config_file().string()});
    return run_command({std::move(arguments)}, std::chrono::seconds{120});
}

std::unique_ptr<Process> Site::run() {
    return run_by({});
}

std::unique_ptr<Process> Site::run_by(std::vector<std::string> program,
                                      std::map<std::string, std::string> environment) {
    program.insert(program.end(), {MD_BINARY, "run", "-c", config_file().string()});
    return std::make_unique<Process>(Command{std::move(program), std::move(environment)},
                                     scratch_ / ("run-" + std::to_string(++runs_) + ".log"));
}

bool Site::wait_for_notified(Process& daemon, const std::string& name, milliseconds limit,
                             unsigned times) const {
    return daemon.wait_until([&] { return notified(name) >= times; }, {scratch_ / "notified"},
                             limit);
}

unsigned Site::notified(const std::string& name) const {
    return lines_naming(scratch_ / "notified", name);
}

void Site::break_notify(bool broken) const {
    if (broken)
        write_file(scratch_ / "broken", "");
    else
        fs::remove(scratch_ / "broken");
}

unsigned Site::failed_notifications() const {
    return occurrences(read_file(scratch_ / "refused"), "\n");
}

std::string Site::openssl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "openssl");
    const auto outcome = run_command({std::move(arguments)});
    if (outcome.status != 0)
        throw std::runtime_error("openssl: " + outcome.output + outcome.errors);
    return outcome.output;
}

std::string Site::verify(const std::string& md, const std::string& name,
                         const std::string& suffix) const {
    const auto outcome =
        run_command({{"openssl", "verify", "-CAfile", ca_.issuing_root().string(), "-untrusted",
                      live(md, "pubcert" + suffix + ".pem").string(), "-verify_hostname", name,
                      live(md, "pubcert" + suffix + ".pem").string()}});
    return outcome.status == 0 ? "" : outcome.output + outcome.errors;
}

bool Site::key_matches(const std::string& md, const std::string& suffix) const {
    return openssl({"x509", "-noout", "-pubkey", "-in",
                    live(md, "pubcert" + suffix + ".pem").string()}) ==
           openssl({"pkey", "-pubout", "-in", live(md, "privkey" + suffix + ".pem").string()});
}

std::string Site::fingerprint(const std::string& md, const std::string& suffix) const {
    return openssl({"x509", "-noout", "-fingerprint", "-sha256", "-in",
                    live(md, "pubcert" + suffix + ".pem").string()});
}

nlohmann::json Site::status_of(const std::string& name) const {
    const auto outcome = mdcertd({"status", "--json"});
    const auto status = nlohmann::json::parse(outcome.output);
    for (const auto& domain : status.at("managed-domains"))
        if (domain.at("name") == name)
            return domain;
    throw std::runtime_error("status does not know " + name + ": " + outcome.output);
}

}  // namespace md::test
