// SPDX-License-Identifier: Apache-2.0
#include "admin/status_words.hpp"

#include "base/time_text.hpp"

namespace md::admin {
namespace {

std::string with_reason(std::string text, const std::string& reason) {
    return reason.empty() ? text : text + ": " + reason;
}

std::string certificate_words(const std::vector<HeldCertificate>& certificates) {
    std::string text;
    for (const HeldCertificate& held : certificates) {
        text += (text.empty() ? "" : "; ") + held.key;
        text += held.issuer.empty() ? "" : ", issued by " + held.issuer;
    }
    return text;
}

std::string next_words(const DomainStatus& status, sys_seconds now) {
    const NextAction& next = status.next;
    if (!next.at)
        return "nothing";  // the state says why
    const bool is_held = !status.certificates.empty() || status.valid;
    std::string what = next.rule == "retry_after_failure" ? "another attempt"
                       : is_held                          ? "renewal"
                                                          : "first certificate";
    std::string when = *next.at > now ? " on " + moment(*next.at, now) : " now";
    return with_reason(what + when, next.reason);
}

std::string problem_words(const LastProblem& failure, sys_seconds now) {
    std::string text = failure.detail.empty() ? failure.problem : failure.detail;
    if (!failure.stage.empty())
        text = "at the stage " + failure.stage + ": " + text;
    if (failure.at)
        text = distance(*failure.at, now) + ", " + text;
    return text;
}

std::string failed_notification(const NotificationStatus& notified, sys_seconds now) {
    std::string text = (notified.command.empty() ? "MDNotifyCmd" : notified.command) + " failed";
    if (notified.errors > 1)
        text += " " + std::to_string(notified.errors) + " times";
    text = with_reason(text, notified.reason);
    if (notified.next)
        text +=
            "; it is run again " + (*notified.next > now ? distance(*notified.next, now) : "now");
    return text;
}

void put_notification(StatusWords& words, const NotificationStatus& notified, sys_seconds now) {
    if (notified.state == "done" || notified.state == "pending")
        words.notification = notified.state;
    words.notification_failed = notified.state == "failed";
    if (words.notification_failed)
        words.notification = failed_notification(notified, now);
}

void put_served(StatusWords& words, const ServedStatus& look, sys_seconds now) {
    std::string places = joined(look.places, 0);
    if (look.state == "issued")
        words.served = with_reason("not looked at before MDNotifyCmd succeeds", look.instead);
    if (look.state == "installed")
        words.served = with_reason("to be confirmed at " + places, look.instead);
    if (look.state == "confirmed")
        words.served = "confirmed at " + places +
                       (look.last_look ? ", " + distance(*look.last_look, now) : "");
    words.not_served = look.state == "unconfirmed";
    if (!words.not_served)
        return;
    words.served = with_reason("warning: NOT served", look.instead);
    words.served_advice =
        "have that server read its certificates again, and see that MDNotifyCmd does so";
    if (look.next_look)
        words.served_advice += "; the next look is " + distance(*look.next_look, now);
}

}  // namespace

std::string joined(const std::vector<std::string>& texts, std::size_t first) {
    std::string text;
    for (std::size_t i = first; i < texts.size(); ++i)
        text += (text.empty() ? "" : ", ") + texts[i];
    return text;
}

std::string distance(sys_seconds time, sys_seconds now) {
    if (time == now)
        return "now";
    std::string span = base::readable_duration(time - now);
    return time > now ? "in " + span : span + " ago";
}

std::string moment(sys_seconds time, sys_seconds now) {
    return base::readable_time(time) + ", " + distance(time, now);
}

StatusWords words_of(const DomainStatus& status, sys_seconds now) {
    StatusWords words;
    words.name = status.name;
    words.other_names = joined(status.names, 1);
    words.state = status.state;
    words.state_with_reason = with_reason(status.state, status.state_reason);
    if (status.valid)
        words.until = status.valid->until;
    words.certificate = certificate_words(status.certificates);
    words.next = next_words(status, now);
    if (status.last_problem) {
        words.problem = problem_words(*status.last_problem, now);
        words.advice = status.last_problem->advice;
    }
    put_notification(words, status.notification, now);
    if (status.served)
        put_served(words, *status.served, now);
    return words;
}

}  // namespace md::admin
