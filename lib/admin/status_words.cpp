// SPDX-License-Identifier: Apache-2.0
#include "admin/status_words.hpp"

#include "base/time_text.hpp"
#include "json/members.hpp"

namespace md::admin {
namespace {

using md::json::Members;

std::string with_reason(std::string text, const std::string& reason) {
    return reason.empty() ? text : text + ": " + reason;
}

std::string certificate_words(const Members& certificates) {
    std::string held;
    for (const auto& [name, entry] : certificates.all()) {
        if (name == "valid")
            continue;
        std::string issuer = entry.text("issuer-name");
        held += (held.empty() ? "" : "; ") + entry.text("key");
        held += issuer.empty() ? "" : ", issued by " + issuer;
    }
    return held;
}

std::string next_words(const Members& md, sys_seconds now) {
    const Members action = md.object("next-action");
    auto at = action.date("at");
    if (!at)
        return "nothing";  // the state says why
    std::string what = action.text("rule") == "retry_after_failure" ? "another attempt"
                       : md.has_object("cert")                      ? "renewal"
                                                                    : "first certificate";
    std::string when = *at > now ? " on " + moment(*at, now) : " now";
    return with_reason(what + when, action.text("reason"));
}

std::string problem_words(const Members& failure, sys_seconds now) {
    std::string text = failure.text("detail");
    if (text.empty())
        text = failure.text("problem");
    if (std::string stage = failure.text("stage"); !stage.empty())
        text = "at the stage " + stage + ": " + text;
    if (auto at = failure.date("at"))
        text = distance(*at, now) + ", " + text;
    return text;
}

std::string failed_notification(const Members& notified, sys_seconds now) {
    auto errors = notified.count("errors");
    std::string command = notified.text("command");
    std::string text = (command.empty() ? "MDNotifyCmd" : command) + " failed";
    if (errors > 1)
        text += " " + std::to_string(errors) + " times";
    text = with_reason(text, notified.text("reason"));
    if (auto next_time = notified.date("next"))
        text += "; it is run again " + (*next_time > now ? distance(*next_time, now) : "now");
    return text;
}

void put_notification(StatusWords& words, const Members& notified, sys_seconds now) {
    std::string state = notified.text("state");
    if (state == "done" || state == "pending")
        words.notification = state;
    words.notification_failed = state == "failed";
    if (words.notification_failed)
        words.notification = failed_notification(notified, now);
}

void put_served(StatusWords& words, const Members& look, sys_seconds now) {
    std::string state = look.text("state");
    std::string instead = look.text("instead");
    std::string places = joined(look.texts("at"), 0);
    if (state == "issued")
        words.served = with_reason("not looked at before MDNotifyCmd succeeds", instead);
    if (state == "installed")
        words.served = with_reason("to be confirmed at " + places, instead);
    if (state == "confirmed") {
        auto last = look.date("last-look");
        words.served = "confirmed at " + places + (last ? ", " + distance(*last, now) : "");
    }
    words.not_served = state == "unconfirmed";
    if (!words.not_served)
        return;
    words.served = with_reason("warning: NOT served", instead);
    words.served_advice =
        "have that server read its certificates again, and see that MDNotifyCmd does so";
    if (auto next_look = look.date("next-look"))
        words.served_advice += "; the next look is " + distance(*next_look, now);
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

StatusWords words_of(const Members& md, sys_seconds now) {
    StatusWords words;
    words.name = md.text("name");
    words.other_names = joined(md.texts("domains"), 1);
    words.state = md.text("state");
    words.state_with_reason = with_reason(words.state, md.text("state-descr"));
    words.until = md.object("cert").object("valid").date("until");
    words.certificate = certificate_words(md.object("cert"));
    words.next = next_words(md, now);
    const Members failure = md.object("last-problem");
    if (md.has_object("last-problem"))
        words.problem = problem_words(failure, now);
    words.advice = failure.text("advice");
    put_notification(words, md.object("notification"), now);
    put_served(words, md.object("served"), now);
    return words;
}

}  // namespace md::admin
