// SPDX-License-Identifier: Apache-2.0
#include "support/pebble.hpp"

#include "support/test_issuer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace md::test {
namespace {

using std::chrono::seconds;

std::string loopback(const ReservedPort& port) {
    return "127.0.0.1:" + std::to_string(port.number());
}

// 2.10 takes it from a profile alone, 2.4 and 2.6 know no profiles; each ignores the other's word.
void set_validity(nlohmann::json& json, unsigned time) {
    json["certificateValidityPeriod"] = time;
    json["profiles"]["default"] = {{"description", "all there is"}, {"validityPeriod", time}};
}

nlohmann::json configuration(const PebbleOptions& options) {
    nlohmann::json json = {{"ocspResponderURL", ""},
                           {"externalAccountBindingRequired", !options.bindings.empty()}};
    if (!options.bindings.empty())
        json["externalAccountMACKeys"] = options.bindings;
    if (options.validity_seconds > 0)
        set_validity(json, options.validity_seconds);
    return json;
}

std::map<std::string, std::string> environment(const PebbleOptions& options) {
    std::map<std::string, std::string> all = {
        {"PEBBLE_WFE_NONCEREJECT", std::to_string(options.nonce_reject)},
        {"PEBBLE_AUTHZREUSE", std::to_string(options.authz_reuse)},
        {"PEBBLE_ALTERNATE_ROOTS", std::to_string(options.alternate_roots)}};
    if (options.sleep_at_most == 0)
        all["PEBBLE_VA_NOSLEEP"] = "1";
    else
        all["PEBBLE_VA_SLEEPTIME"] = std::to_string(options.sleep_at_most);
    return all;
}

// Its name server on an address, and nothing else. What the flag for that is called, and whether
// there is a DNS over HTTPS to be switched off, differs by the version (2.4, 2.6, 2.10).
std::vector<std::string> name_server_flags(const std::string& address) {
    const std::string help = run_command(Command{{"pebble-challtestsrv", "-help"}}).errors;
    std::vector<std::string> flags = {
        help.find("-dnsserver") == std::string::npos ? "-dns01" : "-dnsserver", address};
    for (const char* other : {"-http01", "-https01", "-tlsalpn01", "-doh"})
        if (help.find(std::string(other) + " ") != std::string::npos)
            flags.insert(flags.end(), {other, ""});
    return flags;
}

}  // namespace

Pebble::Pebble(PebbleOptions options) : options_(std::move(options)) {
    const TestIssuer issuer;
    const auto listener = issuer.loopback_server();
    write_file(ca_file(), issuer.root_pem());
    write_file(listener_chain(), listener.certificate);
    write_file(listener_key(), listener.key);
    nlohmann::json json = configuration(options_);
    json["listenAddress"] = loopback(acme_);
    json["managementListenAddress"] = loopback(management_);
    json["certificate"] = listener_chain().string();
    json["privateKey"] = listener_key().string();
    json["httpPort"] = http_port();
    json["tlsPort"] = tls_port();
    write_file(scratch_ / "pebble.json", nlohmann::json{{"pebble", json}}.dump());
    start_dns();
    start();
}

void Pebble::start_dns() {
    std::vector<std::string> argv = {"pebble-challtestsrv",
                                     "-management",
                                     loopback(dns_management_),
                                     "-defaultIPv4",
                                     "127.0.0.1",
                                     "-defaultIPv6",
                                     ""};
    const std::vector<std::string> flags = name_server_flags(loopback(dns_));
    argv.insert(argv.end(), flags.begin(), flags.end());
    challtestsrv_ = std::make_unique<Process>(Command{argv}, scratch_ / "challtestsrv.log");
    if (!challtestsrv_->wait_for_port(dns_management_.number(), seconds{20}) ||
        !challtestsrv_->wait_for_port(dns_.number(), seconds{20}))
        throw std::runtime_error("pebble-challtestsrv does not start:\n" + challtestsrv_->output());
}

void Pebble::start() {
    std::vector<std::string> argv = {"pebble", "-config", (scratch_ / "pebble.json").string(),
                                     "-dnsserver", loopback(dns_)};
    if (options_.strict)
        argv.push_back("-strict");
    pebble_ =
        std::make_unique<Process>(Command{argv, environment(options_)}, scratch_ / "pebble.log");
    if (!pebble_->wait_for_port(acme_.number(), seconds{20}) ||
        !pebble_->wait_for_port(management_.number(), seconds{20}))
        throw std::runtime_error("Pebble does not start:\n" + pebble_->output());
    write_file(issuing_root(), management("/roots/0"));
    write_file(issuing_intermediate(), management("/intermediates/0"));
}

void Pebble::stop() {
    pebble_->stop();
}

std::string Pebble::directory_url() const {
    return "https://localhost:" + std::to_string(acme_.number()) + "/dir";
}

std::string Pebble::management(const std::string& path) const {
    const auto answer =
        run_command({{"curl", "-sS", "--fail", "--cacert", ca_file().string(),
                      "https://localhost:" + std::to_string(management_.number()) + path}});
    if (answer.status != 0)
        throw std::runtime_error("Pebble's management interface: " + answer.errors);
    return answer.output;
}

void Pebble::ask_dns(const std::string& what, const std::string& body) const {
    const auto answer = run_command(
        {{"curl", "-sS", "--fail", "--data", body, "http://" + loopback(dns_management_) + what}});
    if (answer.status != 0)
        throw std::runtime_error("pebble-challtestsrv: " + answer.errors);
}

void Pebble::set_addresses(const std::string& name, const std::string& ipv4,
                           const std::string& ipv6) {
    const auto set = [&](const std::string& add, const std::string& clear,
                         const std::string& address) {
        nlohmann::json body = {{"host", name + "."}};
        ask_dns(clear, body.dump());
        if (address.empty())
            return;
        body["addresses"] = {address};
        ask_dns(add, body.dump());
    };
    set("/add-a", "/clear-a", ipv4);
    set("/add-aaaa", "/clear-aaaa", ipv6);
}

unsigned Pebble::requests(const std::string& path) const {
    // "Pebble 2026/11/23 18:06:41 POST /order-plz -> calling handler()"
    return occurrences(log(), " " + path);
}

bool Pebble::wait_for_request(const std::string& path, milliseconds limit) {
    return pebble_->wait_for_output(" " + path, limit);
}

std::chrono::seconds Pebble::shortest_pause(milliseconds limit) {
    // "Pebble 2026/11/23 18:06:41 Sleeping for 12s seconds before validating"
    const std::string words = "Sleeping for ", after = " seconds before validating";
    if (!pebble_->wait_for_output(after, limit, 3))
        throw std::runtime_error("Pebble does not validate:\n" + log());
    const std::string text = log();
    seconds shortest = seconds::max();
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
        shortest = std::min(shortest, seconds{std::stol(text.substr(at + words.size()))});
    return shortest;
}

}  // namespace md::test
