// SPDX-License-Identifier: Apache-2.0
// job.json. The member "mdcertd" holds the failure's stage, class and time, and the state of the
// notification; a job mod_md wrote has none and reads as passing trouble at its last run.
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

model::Boxed<model::Installation> read_installation(const Members& ours) {
    if (ours.find("installation") == nullptr)
        return {};
    Members json = ours.object("installation");
    model::Installation installation;
    for (model::sys_seconds at : json.dates("renewals"))
        installation.renewed(at);
    installation.lifetime = std::chrono::seconds{json.count("lifetime")};
    installation.settings = json.digest("settings");
    installation.chain_length = json.count("chain-length");
    installation.due_by = json.text("due-by");
    installation.wait_until = json.date("wait-until");
    return installation;
}

model::MessageTimes read_told(const Members& json) {
    return {json.date("renewing"), json.date("errored"), json.date("expiring"),
            json.date("expiring-failed")};
}

Json told_json(const model::MessageTimes& told) {
    Json json;
    put(json, "renewing", told.renewing);
    put(json, "errored", told.errored);
    put(json, "expiring", told.expiring);
    put(json, "expiring-failed", told.expiring_failed);
    return json;
}

Json last_json(const model::Job& job) {
    Json last;
    last["status"] = job.last_failure ? general_error : 0;
    if (job.last_failure) {
        put(last, "problem", job.last_failure->problem);
        put(last, "detail", job.last_failure->detail);
        put(last, "activity", job.last_failure->stage);
    }
    return last;
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

Json installation_json(const model::Installation& installation) {
    Json json;
    put(json, "renewals", installation.renewals);
    json["lifetime"] = installation.lifetime.count();
    put_digest(json, "settings", installation.settings);
    if (installation.chain_length > 0)
        json["chain-length"] = installation.chain_length;
    put(json, "due-by", installation.due_by);
    put(json, "wait-until", installation.wait_until);
    return json;
}

// Of a record that does not say so, mod_md's for one: whoever was not notified was not told.
bool message_owed_unsaid(const model::Job& job) {
    return job.finished && !job.notified;
}

Json our_json(const model::Job& job) {
    Json ours;
    if (job.last_failure) {
        put(ours["failure"], "stage", job.last_failure->stage);
        ours["failure"]["class"] = model::word(job.last_failure->failure_class);
        ours["failure"]["at"] = base::http_date(job.last_failure->at);
        put(ours["failure"], "cause", std::string(model::word(job.last_failure->cause)));
        put_digest(ours["failure"], "settings", job.last_failure->settings);
        put(ours["failure"], "retry-after", job.last_failure->retry_after);
    }
    put(ours, "early-at", job.early_at);
    put(ours, "started", job.started);
    if (job.installation)
        ours["installation"] = installation_json(*job.installation);
    if (job.notify_errors > 0)
        ours["notify-errors"] = job.notify_errors;
    put(ours, "notify-next", job.notify_next);
    put(ours, "notify-reason", job.notify_reason);
    if (job.message_owed != message_owed_unsaid(job))
        ours["message-owed"] = job.message_owed;
    if (job.message_errors > 0)
        ours["message-errors"] = job.message_errors;
    put(ours, "message-next", job.message_next);
    put(ours, "message-reason", job.message_reason);
    if (Json told = told_json(job.told); !told.empty())
        ours["told"] = std::move(told);
    put(ours, "ca-url", *job.ca_url);
    if (*job.served != model::Served{})
        ours["served"] = served_json(*job.served);
    return ours;
}

}  // namespace

Parsed<model::Job> job_of(const Json& json) {
    Damage damage;
    Members members(json, &damage.why);
    Members ours = members.object("mdcertd");
    model::Job job;
    job.name = members.text("name");
    job.finished = members.flag("finished");
    // "notified" speaks of any event; where mod_md wrote the other, that one is meant here.
    bool notified = members.flag("notified");
    job.notified = members.optional_flag("notified-renewed").value_or(notified);
    job.errors = members.count("errors");
    job.next_run = members.date("next-run");
    job.last_run = members.date("last-run");
    job.valid_from = members.date("valid-from");
    job.last_failure = read_failure(members, ours, job.last_run);
    job.early_at = ours.date("early-at");
    job.started = ours.dates("started");
    job.installation = read_installation(ours);
    job.notify_errors = ours.count("notify-errors");
    job.notify_next = ours.date("notify-next");
    job.notify_reason = ours.text("notify-reason");
    job.message_owed = ours.optional_flag("message-owed").value_or(message_owed_unsaid(job));
    job.message_errors = ours.count("message-errors");
    job.message_next = ours.date("message-next");
    job.message_reason = ours.text("message-reason");
    job.told = read_told(ours.object("told"));
    if (std::string ca_url = ours.text("ca-url"); !ca_url.empty())
        job.ca_url = std::move(ca_url);
    job.served = read_served(ours.object("served"));
    recall_from_log(job, ours, log_of(members, damage));
    if (!damage.why.empty())
        return damage;
    return job;
}

Parsed<model::Job> parse_job(std::string_view text) {
    auto json = parse_object(text);
    if (!json)
        return json.error();
    return job_of(*json);
}

Json job_json(const model::Job& job) {
    Json json;
    json["name"] = job.name;
    json["finished"] = job.finished;
    json["notified"] = job.notified;
    json["notified-renewed"] = job.notified;
    put(json, "next-run", job.next_run);
    put(json, "last-run", job.last_run);
    put(json, "valid-from", job.valid_from);
    json["errors"] = job.errors;
    json["last"] = last_json(job);
    if (Json ours = our_json(job); !ours.empty())
        json["mdcertd"] = std::move(ours);
    return json;
}

std::string job_text(const model::Job& job, const News& news, std::string_view former) {
    auto known = parse_object(former);
    Json json = job_json(job);
    json["log"] = log_json(news, known ? *known : Json());
    return json_text(json);
}

model::Log parse_log(std::string_view job_text) {
    auto json = parse_object(job_text);
    Damage ignored;
    return json ? log_of(Members(*json), ignored) : model::Log();
}

}  // namespace md::store
