// SPDX-License-Identifier: Apache-2.0
#include "admin/status_words.hpp"

#include "admin/status_member.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

namespace md::admin {
namespace {

using nlohmann::json;

std::string with_reason(std::string text, const std::string& reason) {
    return reason.empty() ? text : text + ": " + reason;
}

std::string certificate_words(const json& certificates) {
    std::string held;
    for (const auto& [name, entry] : certificates.items()) {
        if (name == "valid")
            continue;
        std::string issuer = text_of(entry, "issuer-name");
        held += (held.empty() ? "" : "; ") + text_of(entry, "key");
        held += issuer.empty() ? "" : ", issued by " + issuer;
    }
    return held;
}

std::string next_words(const json& md, sys_seconds now) {
    const json& action = member(md, "next-action");
    auto at = time_of(action, "at");
    if (!at)
        return "nothing";  // the state says why
    std::string what = text_of(action, "rule") == "retry_after_failure" ? "another attempt"
                       : member(md, "cert").is_object()                 ? "renewal"
                                                                        : "first certificate";
    std::string when = *at > now ? " on " + moment(*at, now) : " now";
    return with_reason(what + when, text_of(action, "reason"));
}

std::string problem_words(const json& failure, sys_seconds now) {
    if (!failure.is_object())
        return "";
    std::string text = text_of(failure, "detail");
    if (text.empty())
        text = text_of(failure, "problem");
    if (std::string stage = text_of(failure, "stage"); !stage.empty())
        text = "at the stage " + stage + ": " + text;
    if (auto at = time_of(failure, "at"))
        text = distance(*at, now) + ", " + text;
    return text;
}

std::string failed_notification(const json& notified, sys_seconds now) {
    auto errors = count_of(notified, "errors");
    std::string command = text_of(notified, "command");
    std::string text = (command.empty() ? "MDNotifyCmd" : command) + " failed";
    if (errors > 1)
        text += " " + std::to_string(errors) + " times";
    text = with_reason(text, text_of(notified, "reason"));
    if (auto next_time = time_of(notified, "next"))
        text += "; it is run again " + (*next_time > now ? distance(*next_time, now) : "now");
    return text;
}

void put_notification(StatusWords& words, const json& notified, sys_seconds now) {
    std::string state = text_of(notified, "state");
    if (state == "done" || state == "pending")
        words.notification = state;
    words.notification_failed = state == "failed";
    if (words.notification_failed)
        words.notification = failed_notification(notified, now);
}

void put_served(StatusWords& words, const json& look, sys_seconds now) {
    std::string state = text_of(look, "state");
    std::string instead = text_of(look, "instead");
    std::string places = joined(member(look, "at"), 0);
    if (state == "issued")
        words.served = with_reason("not looked at before MDNotifyCmd succeeds", instead);
    if (state == "installed")
        words.served = with_reason("to be confirmed at " + places, instead);
    if (state == "confirmed") {
        auto last = time_of(look, "last-look");
        words.served = "confirmed at " + places + (last ? ", " + distance(*last, now) : "");
    }
    words.not_served = state == "unconfirmed";
    if (!words.not_served)
        return;
    words.served = with_reason("warning: NOT served", instead);
    words.served_advice =
        "have that server read its certificates again, and see that MDNotifyCmd does so";
    if (auto next_look = time_of(look, "next-look"))
        words.served_advice += "; the next look is " + distance(*next_look, now);
}

}  // namespace

std::string distance(sys_seconds time, sys_seconds now) {
    if (time == now)
        return "now";
    std::string span = base::readable_duration(time - now);
    return time > now ? "in " + span : span + " ago";
}

std::string moment(sys_seconds time, sys_seconds now) {
    return base::readable_time(time) + ", " + distance(time, now);
}

StatusWords words_of(const json& md, sys_seconds now) {
    StatusWords words;
    words.name = text_of(md, "name");
    words.other_names = joined(member(md, "domains"), 1);
    words.state = text_of(md, "state");
    words.state_with_reason = with_reason(words.state, text_of(md, "state-descr"));
    if (const json& certificates = member(md, "cert"); certificates.is_object()) {
        words.until = time_of(member(certificates, "valid"), "until");
        words.certificate = certificate_words(certificates);
    }
    words.next = next_words(md, now);
    const json& failure = member(md, "last-problem");
    words.problem = problem_words(failure, now);
    words.advice = text_of(failure, "advice");
    put_notification(words, member(md, "notification"), now);
    put_served(words, member(md, "served"), now);
    return words;
}

}  // namespace md::admin
