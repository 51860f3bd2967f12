// SPDX-License-Identifier: Apache-2.0
#include "control.hpp"

#include "admin/domain_status.hpp"
#include "admin/status.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "commands/driving.hpp"
#include "drive/unused.hpp"
#include "progress.hpp"
#include "stored_state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace md {

using nlohmann::json;

namespace {

using Fingerprints = std::set<std::string>;

Fingerprints fingerprints_of(const model::ObservedDomain& held) {
    Fingerprints all;
    for (const model::CertificateFacts& facts : held.certificates)
        all.insert(facts.fingerprint.text());
    return all;
}

bool is_subset(const Fingerprints& some, const Fingerprints& all) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace

base::Task<std::string> Control::answer(control::ControlRequest question,
                                        control::ProgressWriter progress) {
    if (question.command == "renew")
        co_return co_await renew(std::move(question.names), progress);
    if (question.command == "reload")
        co_return co_await reload();
    if (question.command == "forget")
        co_return co_await forget(std::move(question.names));
    if (question.command == "reach")
        co_return reach();
    co_return co_await status(std::move(question.names));
}

base::Task<std::string> Control::status(std::vector<std::string> names) {
    json more = json::object();
    if (names.empty()) {
        json unused = co_await unused_json(engine_.store(), engine_.reconcile().desired());
        if (!unused.empty())
            more["unused"] = std::move(unused);
    }
    co_return pages_.status(names, std::move(more));
}

base::Task<std::string> Control::forget(std::vector<std::string> names) {
    const drive::Reconcile& reconcile = engine_.reconcile();
    const std::set<std::string> once(names.begin(), names.end());
    for (const std::string& name : once) {
        if (reconcile.is_running(name))
            throw base::Error("an attempt at " + base::printable(name) +
                              " is still under way: try again when it has ended");
        co_await drive::require_unused(engine_.store(), reconcile.desired(), name);
    }
    json places = json::array();
    for (const std::string& name : once) {
        std::string place = co_await drive::retire(engine_.store(), name);
        log::info("certificate archived, it is configured no more", log::kv("domain", name),
                  log::kv("at", place));
        places.push_back(std::move(place));
    }
    json told = {{"archived", std::move(places)}};
    co_return told.dump();
}

// Until an attempt at each has ended and what is told of it was told, well or badly.
base::Task<std::string> Control::renew(std::vector<std::string> names,
                                       control::ProgressWriter progress) {
    if (names.empty())
        throw base::Error("which managed domains? POST /renew?name=NAME, as often as it takes");
    drive::Reconcile& reconcile = engine_.reconcile();
    std::vector<std::string> domains;
    std::map<std::string, Fingerprints> former;
    for (const model::ManagedDomain* domain : admin::select_known(reconcile.desired(), names)) {
        domains.push_back(domain->name());
        former[domain->name()] = fingerprints_of(reconcile.observed().of(domain->name()));
    }
    commands::refuse_undriven(reconcile.desired(), domains);
    auto renewal = renewals_.emplace(renewals_.end(), executor_, domains, progress);
    std::vector<std::string> waiting;
    std::exception_ptr failed;
    try {
        reconcile.request(domains);
        waiting = co_await reconcile.attempts_ended(domains);
        for (const std::string& name : waiting)
            renewal->domains.erase(name);
        while (notification_pending(renewal->domains))
            co_await renewal->news.wait();
    } catch (...) {
        failed = std::current_exception();
    }
    renewals_.erase(renewal);
    if (failed)
        std::rethrow_exception(failed);
    json more = json::object();
    if (!waiting.empty())
        more["waiting"] = waiting;
    // An attempt that the end of the daemon, or a reload, cut short has failed nobody knows of.
    for (const auto& [name, known] : former)
        if (is_subset(fingerprints_of(reconcile.observed().of(name)), known))
            more["unchanged"].push_back(name);
    std::erase_if(domains, [&](const std::string& name) {
        const auto& all = reconcile.desired().domains;
        return std::none_of(all.begin(), all.end(),
                            [&](const auto& domain) { return domain.name() == name; });
    });
    if (domains.empty())
        throw base::Error("not renewed: the configuration has it no more");
    co_return pages_.status(domains, std::move(more));
}

bool Control::notification_pending(const std::set<std::string>& domains) const {
    const drive::Reconcile& reconcile = engine_.reconcile();
    const model::DesiredState& desired = reconcile.desired();
    auto now = engine_.clock().now();
    return std::any_of(desired.domains.begin(), desired.domains.end(),
                       [&](const model::ManagedDomain& domain) {
                           if (!domains.contains(domain.name()))
                               return false;
                           auto status = admin::domain_status(
                               domain, reconcile.observed().of(domain.name()), desired.server, now);
                           return status.notification.state == "pending";
                       });
}

void Control::stage_entered(const std::string& domain, std::string_view stage) {
    const std::string text = stage_text(stage);
    if (text.empty())
        return;
    for (const Renewal& renewal : renewals_)
        if (renewal.domains.contains(domain))
            renewal.progress.tell(domain + ": " + text);
}

void Control::changed() {
    for (Renewal& renewal : renewals_)
        renewal.news.wake();
}

base::Task<std::string> Control::reload() {
    ReloadOutcome outcome = co_await reloader_.reload();
    json told = {{"problem", base::printable(outcome.problem)},
                 {"diagnostics", outcome.diagnostics}};
    co_return told.dump(-1, ' ', false, json::error_handler_t::replace);
}

// For `check --online`.
std::string Control::reach() {
    Reach reach = engine_.responder().reach();
    const json told = {{"token", reach.proof.token},
                       {"key-authorization", reach.proof.key_authorization},
                       {"http-obstacle", reach.http_reason},
                       {"https-obstacle", reach.https_reason}};
    return told.dump();
}

}  // namespace md
