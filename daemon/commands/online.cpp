// SPDX-License-Identifier: Apache-2.0
#include "commands/online.hpp"

#include "admin/status.hpp"
#include "ask.hpp"
#include "base/clock.hpp"
#include "base/printable.hpp"
#include "base/run_task.hpp"
#include "drive/preflight.hpp"
#include "drive/responder_view.hpp"
#include "drive/self_test.hpp"
#include "engine.hpp"
#include "privileges.hpp"
#include "responder/responder.hpp"
#include "server/listener.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

namespace md::commands {
namespace {

namespace asio = base::asio;
using drive::Check;

constexpr const char* blocked_port =
    "stop what holds the port, or map another one with MDPortMap and have the server there forward "
    "to it ('mdcertd snippet' prints how)";
constexpr std::size_t most_names = 50;  // unless they are named

class OnlineChecks {
public:
    OnlineChecks(asio::any_io_executor executor, const model::DesiredState& desired,
                 const CommandLine& line)
        : executor_(executor),
          server_(desired.server),
          account_(system_user_of(desired.server)),
          domains_(admin::select_known(desired, line.names)),
          bounded_(line.names.empty()) {}

    base::Task<void> run() {
        std::exception_ptr failed;
        try {
            co_await survey_all();
        } catch (...) {
            failed = std::current_exception();
        }
        reach_.reset();
        if (listener_)
            co_await listener_->close();
        if (failed)
            std::rethrow_exception(failed);
    }

private:
    base::Task<void> survey_all() {
        survey_store();
        open_ports();
        if (!proof_.token.empty())
            for (const auto& [address, port] : drive::local_addresses_of(server_)) {
                Check check = co_await drive::check_local_port(address, port, proof_);
                found(check);
            }
        for (const model::ManagedDomain* domain : domains_)
            co_await survey_domain(*domain);
        if (left_out_ > 0)
            std::printf("  %zu more names were not looked at: name those you want to see\n",
                        left_out_);
        std::printf("online: %zu %s of advice\n", advice_, advice_ == 1 ? "piece" : "pieces");
    }

private:
    void found(const Check& finding) {
        std::printf("  %s%s\n", finding.is_good ? "" : "advice: ", finding.text.c_str());
        if (!finding.is_good)
            std::printf("    %s\n", finding.advice.c_str());
        std::fflush(stdout);
        advice_ += finding.is_good ? 0 : 1;
    }

    void found_all(const drive::Checks& findings) {
        for (const Check& finding : findings)
            found(finding);
    }

    void survey_store() {
        std::string reason = reason_not_writable(account_, server_, server_.store_dir);
        if (!may_judge_store(account_))
            found({true,
                   "whether the store can be written, root or " + account_.name + " can tell",
                   {}});
        else if (reason.empty())
            found({true, "the store " + server_.store_dir + " can be written", {}});
        else
            found({false, "the store cannot be written: " + reason,
                   "give it to the user of mdcertd, with all that is in it"});
    }

    // By the daemon, or by ourselves where none runs.
    void open_ports() {
        try {
            if (auto reach = ask_running_daemon(server_, "reach", {})) {
                judge_ports(reach->at("http-obstacle"), reach->at("https-obstacle"),
                            "mdcertd runs, ");
                proof_ = {reach->at("token"), reach->at("key-authorization")};
                return;
            }
        } catch (const std::exception& error) {
            return found({false, "the ports were not looked at: " + base::printable(error.what()),
                          "run this as root, and with the mdcertd that runs"});
        }
        listener_.emplace(
            executor_, [this](const auto& request) { return responder_.respond(request); },
            [this](const auto& hello) { return responder_.offer(hello); });
        const std::string by = "mdcertd does not run, tried by this command: ";
        auto failures = listener_->open(drive::endpoints_of(server_));
        for (const server::BindFailure& failure : failures)
            found(judge_failure(by, failure));
        reach_ = std::make_unique<drive::SelfTest>(executor_, board_);
        proof_ = reach_->show(std::chrono::hours{1});
        if (failures.empty())
            judge_ports(listener_->http_reason(), listener_->https_reason(), by);
    }

    // A socket that is held while mdcertd does not run is held by systemd, as it should be.
    static Check judge_failure(const std::string& by, const server::BindFailure& failure) {
        if (failure.endpoint.starts_with("unix:") && failure.reason == std::strerror(EADDRINUSE))
            return {
                true, by + failure.endpoint + " is held by another process, such as systemd", {}};
        return {false, by + "cannot listen on " + failure.endpoint + ": " + failure.reason,
                failure.reason == std::strerror(EACCES) ? "run this as root" : blocked_port};
    }

    void judge_ports(const std::string& http, const std::string& https, const std::string& by) {
        judge_port("80", server_.port_map.has_http(), http, by);
        judge_port("443", server_.port_map.https.has_value(), https, by);
    }

    void judge_port(const std::string& port, bool is_wanted, const std::string& reason,
                    const std::string& by) {
        if (!is_wanted)
            found({true, "port " + port + " is closed by MDPortMap", {}});
        else if (reason.empty())
            found({true, by + "port " + port + " is open here", {}});
        else
            found({false, by + base::printable(reason), blocked_port});
    }

    base::Task<void> survey_domain(const model::ManagedDomain& domain) {
        // None is chosen for one that is not driven.
        const model::Issuer* chosen =
            domain.settings->issuer_at(schedule::plan_domain(domain, {}, clock_.now()).issuer);
        const model::Issuer issuer = chosen != nullptr ? *chosen : domain.settings->common();
        const auto route = drive::IssuerRoute::of(issuer);
        auto known = ca_sessions_.find(route);
        if (known == ca_sessions_.end()) {
            auto surveying = drive::check_ca(transports(executor_), issuer, clock_);
            auto ca = co_await std::move(surveying);
            found_all(ca.checks);
            known = ca_sessions_.emplace(route, std::move(ca)).first;
        }
        const auto& challenges = domain.settings->challenges;
        bool by_http = server_.port_map.has_http() && !proof_.token.empty() &&
                       std::find(challenges.begin(), challenges.end(),
                                 model::ChallengeType::http_01) != challenges.end();
        for (const model::Identifier& name : domain.certificate_names()) {
            if (bounded_ && names_ == most_names) {
                ++left_out_;
                continue;
            }
            ++names_;
            if (by_http && !name.is_wildcard()) {
                drive::Checks checks = co_await drive::check_port_80(name, proof_);
                found_all(checks);
            }
            if (known->second.is_there)
                found(drive::check_caa(name, known->second));
        }
    }

    asio::any_io_executor executor_;
    const model::ServerSettings& server_;
    SystemUser account_;
    std::vector<const model::ManagedDomain*> domains_;
    base::SystemClock clock_;
    challenge::ChallengeBoard board_;
    responder::Responder responder_{board_};
    std::optional<server::Listener> listener_;
    std::unique_ptr<drive::SelfTest> reach_;
    drive::SelfTestToken proof_;
    std::map<drive::IssuerRoute, drive::PreflightCa> ca_sessions_;
    bool bounded_;
    std::size_t names_ = 0, left_out_ = 0, advice_ = 0;
};

}  // namespace

void look_online(const config::Loaded& loaded, const CommandLine& line) {
    asio::io_context context(1);
    OnlineChecks checks(context.get_executor(), loaded.desired, line);
    std::printf("online, as seen from this machine:\n");
    base::run_task(context, checks.run());
}

}  // namespace md::commands
