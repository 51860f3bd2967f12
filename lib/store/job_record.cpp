// SPDX-License-Identifier: Apache-2.0
// job.json, parted: mod_md keeps one for a set that is staged and one for a live set. The member
// "mdcertd" holds what mod_md has no place for; a job that mod_md wrote has none, and its failure
// reads as passing trouble at its last run.
#include "base/time_text.hpp"
#include "store/log_record.hpp"

namespace md::store {
namespace {

constexpr int general_error = 20014;  // APR_EGENERAL, mod_md's "it failed" without an errno

std::optional<model::Failure> read_failure(const Members& job, const Members& ours,
                                           const std::optional<model::sys_seconds>& last_run) {
    Members last = job.object("last");
    model::Failure failure;
    failure.problem = last.text("problem");
    if (last.number("status").value_or(0) == 0 && failure.problem.empty())
        return std::nullopt;
    failure.detail = last.text("detail");
    Members mine = ours.object("failure");
    failure.stage = mine.text("stage");
    failure.at = mine.date("at").value_or(last_run.value_or(model::sys_seconds{}));
    failure.settings = mine.digest("settings");
    failure.retry_after = mine.date("retry-after");
    if (std::string word = mine.text("class"); !word.empty()) {
        auto failure_class = model::failure_class_named(word);
        if (failure_class)
            failure.failure_class = *failure_class;
        else
            mine.wrong("class", "is not a failure class");
    }
    // A word of a later version costs its advice and nothing else.
    failure.cause = model::failure_cause_named(mine.text("cause")).value_or(failure.cause);
    return failure;
}

model::Served read_served(const Members& json) {
    model::Served served;
    served.confirmed = json.flag("confirmed");
    served.told_again = json.flag("told-again");
    served.failures = json.count("failures");
    served.instead = json.text("instead");
    served.last = json.date("last");
    served.next = json.date("next");
    return served;
}

void read_installation(const Members& json, model::CertificateState& state) {
    for (model::sys_seconds at : json.dates("renewals"))
        state.renewed(at);
    state.lifetime = std::chrono::seconds{json.count("lifetime")};
    state.settings = json.digest("settings");
    state.chain_length = json.count("chain-length");
    state.profile = json.text("profile");
    state.due_by = json.text("due-by");
    state.wait_until = json.date("wait-until");
}

// "notified" speaks of any event; where mod_md wrote the other, that one is meant here.
bool is_notified(const Members& job) {
    bool notified = job.flag("notified");
    return job.optional_flag("notified-renewed").value_or(notified);
}

void read_delivery(const Members& ours, model::Delivery& delivery) {
    delivery.notification.errors = ours.count("notify-errors");
    delivery.notification.next = ours.date("notify-next");
    delivery.notification.reason = ours.text("notify-reason");
    delivery.message.errors = ours.count("message-errors");
    delivery.message.next = ours.date("message-next");
    delivery.message.reason = ours.text("message-reason");
    Members told = ours.object("told");
    delivery.warned = told.date("expiring");
    delivery.unwarned = told.date("expiring-failed");
    if (ours.find("served") != nullptr)
        delivery.served = read_served(ours.object("served"));
}

Json last_json(const std::optional<model::Failure>& failure) {
    Json last;
    last["status"] = failure ? general_error : 0;
    if (failure) {
        put(last, "problem", failure->problem);
        put(last, "detail", failure->detail);
        put(last, "activity", failure->stage);
    }
    return last;
}

Json failure_json(const model::Failure& failure) {
    Json json;
    put(json, "stage", failure.stage);
    json["class"] = model::word(failure.failure_class);
    json["at"] = base::http_date(failure.at);
    put(json, "cause", std::string(model::word(failure.cause)));
    put_digest(json, "settings", failure.settings);
    put(json, "retry-after", failure.retry_after);
    return json;
}

Json issuers_json(const std::map<std::string, model::IssuerAttempts>& issuers) {
    Json json;
    for (const auto& [url, at] : issuers) {
        Json& entry = json[url];
        entry["errors"] = at.errors;
        entry["last"] = last_json(at.last_failure);
        if (at.last_failure)
            entry["failure"] = failure_json(*at.last_failure);
    }
    return json;
}

Json served_json(const model::Served& served) {
    Json json;
    json["confirmed"] = served.confirmed;
    json["told-again"] = served.told_again;
    json["failures"] = served.failures;
    put(json, "instead", served.instead);
    put(json, "last", served.last);
    put(json, "next", served.next);
    return json;
}

Json installation_json(const model::CertificateState& state) {
    Json json;
    put(json, "renewals", state.renewals);
    if (state.lifetime.count() > 0)
        json["lifetime"] = state.lifetime.count();
    put_digest(json, "settings", state.settings);
    if (state.chain_length > 0)
        json["chain-length"] = state.chain_length;
    put(json, "profile", *state.profile);
    put(json, "due-by", *state.due_by);
    put(json, "wait-until", state.wait_until);
    return json;
}

void put_count(Json& json, const char* key, unsigned count) {
    if (count > 0)
        json[key] = count;
}

void put_member(Json& json, const char* key, Json member) {
    if (!member.empty())
        json[key] = std::move(member);
}

Json ours_of(const StagedJob& job) {
    const model::Attempts& attempts = job.attempts;
    Json ours, told;
    if (attempts.last_failure)
        ours["failure"] = failure_json(*attempts.last_failure);
    put(ours, "early-at", attempts.early_at);
    put(ours, "started", attempts.started);
    put(ours, "ca-url", *attempts.ca_url);
    put_member(ours, "issuers", issuers_json(attempts.issuers));
    put(told, "renewing", job.told.renewing);
    put(told, "errored", job.told.errored);
    put_member(ours, "told", std::move(told));
    return ours;
}

Json ours_of(const LiveJob& job) {
    const model::OwedCall& notification = job.delivery.notification;
    const model::OwedCall& message = job.delivery.message;
    Json ours, told;
    put_member(ours, "installation", installation_json(job.state));
    put(ours, "started", job.state.started);
    put_count(ours, "notify-errors", notification.errors);
    put(ours, "notify-next", notification.next);
    put(ours, "notify-reason", notification.reason);
    // Whoever was not notified was not told either, unless it is said.
    if (message.owed != notification.owed)
        ours["message-owed"] = message.owed;
    put_count(ours, "message-errors", message.errors);
    put(ours, "message-next", message.next);
    put(ours, "message-reason", message.reason);
    put(told, "expiring", job.delivery.warned);
    put(told, "expiring-failed", job.delivery.unwarned);
    put_member(ours, "told", std::move(told));
    if (*job.delivery.served != model::Served{})
        ours["served"] = served_json(*job.delivery.served);
    return ours;
}

Json frame_json(const std::string& name, bool finished, bool notified) {
    Json json;
    json["name"] = name;
    json["finished"] = finished;
    json["notified"] = notified;
    json["notified-renewed"] = notified;
    return json;
}

template <typename Job>
std::string text_of(const std::string& name, const Job& job, const News& news,
                    std::string_view former) {
    auto known = parse_object(former);
    Json json = job_json(name, job);
    json["log"] = log_json(news, known ? *known : Json());
    return json_text(json);
}

}  // namespace

Parsed<StagedJob> staged_job_of(const Json& json) {
    Damage damage;
    Members members(json, &damage.why);
    Members ours = members.object("mdcertd");
    StagedJob job;
    job.attempts.finished = members.flag("finished");
    job.attempts.errors = members.count("errors");
    job.attempts.next_run = members.date("next-run");
    job.attempts.last_run = members.date("last-run");
    job.attempts.last_failure = read_failure(members, ours, job.attempts.last_run);
    job.attempts.early_at = ours.date("early-at");
    job.attempts.started = ours.dates("started");
    if (std::string ca_url = ours.text("ca-url"); !ca_url.empty())
        job.attempts.ca_url = std::move(ca_url);
    for (const auto& [url, at] : ours.object("issuers").all())
        job.attempts.issuers[url] = {at.count("errors"),
                                     read_failure(at, at, job.attempts.last_run)};
    Members told = ours.object("told");
    job.told = {told.date("renewing"), told.date("errored")};
    recall_from_log(job, ours, log_of(json));
    if (!damage.why.empty())
        return damage;
    return job;
}

Parsed<LiveJob> live_job_of(const Json& json) {
    Damage damage;
    Members members(json, &damage.why);
    Members ours = members.object("mdcertd");
    LiveJob job;
    job.state.recorded = members.flag("finished");
    job.state.last_run = members.date("last-run");
    job.state.valid_from = members.date("valid-from");
    job.state.started = ours.dates("started");
    read_installation(ours.object("installation"), job.state);
    job.delivery.notification.owed = !is_notified(members) && job.state.recorded;
    job.delivery.message.owed =
        ours.optional_flag("message-owed").value_or(job.delivery.notification.owed);
    read_delivery(ours, job.delivery);
    recall_from_log(job, ours, log_of(json));
    if (!damage.why.empty())
        return damage;
    return job;
}

Json job_json(const std::string& name, const StagedJob& job) {
    Json json = frame_json(name, job.attempts.finished, false);
    put(json, "next-run", job.attempts.next_run);
    put(json, "last-run", job.attempts.last_run);
    json["errors"] = job.attempts.errors;
    json["last"] = last_json(job.attempts.last_failure);
    put_member(json, "mdcertd", ours_of(job));
    return json;
}

Json job_json(const std::string& name, const LiveJob& job) {
    bool notified = job.state.recorded && !job.delivery.notification.owed;
    Json json = frame_json(name, job.state.recorded, notified);
    put(json, "last-run", job.state.last_run);
    put(json, "valid-from", job.state.valid_from);
    json["errors"] = 0;
    json["last"] = last_json({});
    put_member(json, "mdcertd", ours_of(job));
    return json;
}

Parsed<StagedJob> parse_staged_job(std::string_view text) {
    auto json = parse_object(text);
    return json ? staged_job_of(*json) : Parsed<StagedJob>(json.error());
}

Parsed<LiveJob> parse_live_job(std::string_view text) {
    auto json = parse_object(text);
    return json ? live_job_of(*json) : Parsed<LiveJob>(json.error());
}

std::string job_text(const std::string& name, const StagedJob& job, const News& news,
                     std::string_view former) {
    return text_of(name, job, news, former);
}

std::string job_text(const std::string& name, const LiveJob& job, const News& news,
                     std::string_view former) {
    return text_of(name, job, news, former);
}

model::Log parse_log(std::string_view job_text) {
    auto json = parse_object(job_text);
    return json ? log_of(*json) : model::Log();
}

}  // namespace md::store
