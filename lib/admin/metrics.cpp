// SPDX-License-Identifier: Apache-2.0
// OpenMetrics wants the samples of a family together: each family grows by itself.
#include "admin/metrics.hpp"

namespace md::admin {
namespace {

// The places of `families`.
enum Family : std::size_t {
    build,
    started,
    reloaded,
    loaded,
    turns,
    domains,
    state_of_domain,
    manual,
    not_before,
    not_after,
    next_action,
    attempt_errors,
    notification_pending,
    notification_errors,
    served,
};

struct Description {
    std::string_view name, type, unit, help;
};

constexpr std::array<Description, Metrics::family_count> families{{
    {"mdcertd_build", "info", "", "The version of mdcertd."},
    {"process_start_time_seconds", "gauge", "seconds", "When mdcertd was started."},
    {"mdcertd_config_last_reload_successful", "gauge", "",
     "1 when the configuration on disk was taken at the last reload, 0 when it has errors."},
    {"mdcertd_config_loaded_timestamp_seconds", "gauge", "seconds",
     "When the configuration in force was loaded."},
    {"mdcertd_loop_turns", "counter", "",
     "How often the plan was made and had a next action for every driven domain."},
    {"mdcertd_domains", "gauge", "", "How many managed domains are in each state."},
    {"mdcertd_state", "gauge", "",
     "1 for the present state of the domain: valid, expiring, missing, incomplete, expired, "
     "failing, stopped or not managed."},
    {"mdcertd_manual", "gauge", "",
     "1 when MDDriveMode leaves the domain alone on purpose, else 0."},
    {"mdcertd_certificate_not_before_timestamp_seconds", "gauge", "seconds",
     "From when on the certificate held is valid."},
    {"mdcertd_certificate_not_after_timestamp_seconds", "gauge", "seconds",
     "Until when the certificate held is valid."},
    {"mdcertd_next_action_timestamp_seconds", "gauge", "seconds",
     "When the certificate is obtained, renewed or tried again."},
    {"mdcertd_attempt_errors", "gauge", "", "How many attempts have failed in a row."},
    {"mdcertd_notification_pending", "gauge", "",
     "1 while who is to be told of the certificate held has not been told."},
    {"mdcertd_notification_errors", "gauge", "", "How often telling it has failed in a row."},
    {"mdcertd_served", "gauge", "",
     "1 when every place of MDServedAt shows the certificate held, 0 when one still does not."},
}};

constexpr std::string_view all_states[] = {"valid",   "expiring", "missing", "incomplete",
                                           "expired", "failing",  "stopped", "not managed"};

// {name="value"}, with the value as OpenMetrics wants it.
std::string label(std::string_view name, std::string_view value) {
    std::string text(name);
    text += "=\"";
    for (char c : value) {
        if (c == '\n') {
            text += "\\n";
            continue;
        }
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
    }
    return text + '"';
}

std::string sample(Family family, const std::string& labels, long long value,
                   std::string_view suffix = {}) {
    std::string line(families[family].name);
    line += suffix;
    if (!labels.empty())
        line += "{" + labels + "}";
    return line + " " + std::to_string(value) + "\n";
}

long long seconds_of(sys_seconds time) {
    return time.time_since_epoch().count();
}

}  // namespace

Metrics::Metrics() {
    for (std::string_view state : all_states)
        states_[std::string(state)] = 0;
}

void Metrics::add(const DomainStatus& status) {
    const std::string domain = label("domain", status.name);
    ++states_[status.state];
    samples_[state_of_domain] +=
        sample(state_of_domain, domain + "," + label("state", status.state), 1);
    samples_[manual] += sample(
        manual, domain, status.configured.renew_mode == static_cast<int>(model::DriveMode::manual));
    for (const HeldCertificate& held : status.certificates) {
        std::string labels = domain + "," + label("key", held.key_name);
        if (held.valid.from)
            samples_[not_before] += sample(not_before, labels, seconds_of(*held.valid.from));
        if (held.valid.until)
            samples_[not_after] += sample(not_after, labels, seconds_of(*held.valid.until));
    }
    if (status.next.at)
        samples_[next_action] += sample(next_action, domain, seconds_of(*status.next.at));
    samples_[attempt_errors] +=
        sample(attempt_errors, domain, status.last_problem ? status.last_problem->errors : 0);
    const NotificationStatus& notified = status.notification;
    if (notified.state != "none") {
        samples_[notification_pending] +=
            sample(notification_pending, domain, notified.state != "done");
        samples_[notification_errors] += sample(notification_errors, domain, notified.errors);
    }
    const std::string seen = status.served ? status.served->state : "";
    if (seen == "confirmed" || seen == "unconfirmed")
        samples_[served] += sample(served, domain, seen == "confirmed");
}

void Metrics::count_states() {
    for (const auto& [state, count] : states_)
        samples_[domains] += sample(domains, label("state", state), static_cast<long long>(count));
}

std::string Metrics::finished(const DaemonFacts& facts) {
    samples_[build] = sample(build, label("version", MDCERTD_VERSION), 1, "_info");
    samples_[started] = sample(started, "", seconds_of(facts.started_at));
    samples_[reloaded] = sample(reloaded, "", facts.on_disk_in_force);
    samples_[loaded] = sample(loaded, "", seconds_of(facts.loaded_at));
    samples_[turns] = sample(turns, "", static_cast<long long>(facts.sound_turns), "_total");
    count_states();
    std::string text;
    for (std::size_t i = 0; i < families.size(); ++i) {
        const Description& family = families[i];
        std::string name(family.name);
        text += "# TYPE " + name + " " + std::string(family.type) + "\n";
        if (!family.unit.empty())
            text += "# UNIT " + name + " " + std::string(family.unit) + "\n";
        text += "# HELP " + name + " " + std::string(family.help) + "\n";
        text += std::exchange(samples_[i], {});
    }
    return text + "# EOF\n";
}

}  // namespace md::admin
