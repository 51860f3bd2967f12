// SPDX-License-Identifier: Apache-2.0
// The status as a person reads it, or has it read aloud: words, no tables, one thought a line. It
// is made of the JSON, which may come from a daemon of another version: an absent member is an
// absent line.
#include "admin/status.hpp"
#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string_view>

namespace md::admin {
namespace {

using nlohmann::json;

const json& member(const json& object, const char* key) {
    static const json nothing;
    if (!object.is_object())
        return nothing;
    auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

std::string text_of(const json& object, const char* key) {
    const json& value = member(object, key);
    return value.is_string() ? base::printable(value.get_ref<const std::string&>()) : "";
}

std::optional<sys_seconds> time_of(const json& object, const char* key) {
    return base::parse_http_date(text_of(object, key));
}

unsigned long long count_of(const json& object, const char* key) {
    const json& value = member(object, key);
    return value.is_number_unsigned() ? value.get<unsigned long long>() : 0;
}

std::string joined(const json& list, std::size_t first) {
    std::string text;
    for (std::size_t i = first; list.is_array() && i < list.size(); ++i)
        if (list[i].is_string())
            text +=
                (text.empty() ? "" : ", ") + base::printable(list[i].get_ref<const std::string&>());
    return text;
}

// "in 59 days", "5 minutes ago", "now".
std::string distance(sys_seconds time, sys_seconds now) {
    if (time == now)
        return "now";
    std::string span = base::readable_duration(time - now);
    return time > now ? "in " + span : span + " ago";
}

std::string moment(sys_seconds time, sys_seconds now) {
    return base::readable_time(time) + ", " + distance(time, now);
}

std::string with_reason(std::string text, const std::string& reason) {
    return reason.empty() ? text : text + ": " + reason;
}

class Page {
public:
    Page(sys_seconds now, bool colour) : now_(now), colour_(colour) {}

    void domain(const json& md) {
        std::string state = text_of(md, "state");
        ++states_[state];
        page_ += painted(text_of(md, "name"), bold) + "\n";
        line("other names", joined(member(md, "domains"), 1));
        line("state", painted(with_reason(state, text_of(md, "state-descr")), shade_of(state)));
        validity(md);
        next(md);
        problem(member(md, "last-problem"));
        notification(member(md, "notification"));
        served(member(md, "served"));
        page_ += "\n";
    }

    void unknown(const std::string& name) {
        page_ += painted(name, bold) + "\n";
        line("state", painted("unknown: no managed domain has this name", red));
        page_ += "\n";
    }

    std::string finished(const json& status) {
        std::size_t count = 0;
        std::string parts;
        for (const auto& [state, number] : states_) {
            count += number;
            parts += (parts.empty() ? "" : ", ") + std::to_string(number) + " " + state;
        }
        page_ += std::to_string(count) + (count == 1 ? " managed domain" : " managed domains") +
                 (parts.empty() ? "" : ": " + parts) + ".\n";
        if (std::string daemon = text_of(status, "daemon"); !daemon.empty())
            page_ += "The daemon is " + daemon + ".\n";
        if (std::string why = text_of(status, "reload-problem"); !why.empty())
            page_ +=
                painted("The configuration on disk was not loaded, the former one is in force:",
                        red) +
                " " + why + "\n";
        return std::move(page_);
    }

private:
    static constexpr std::string_view bold = "1", red = "31", green = "32", yellow = "33";

    static std::string_view shade_of(const std::string& state) {
        if (state == "valid")
            return green;
        if (state == "failing" || state == "expired")
            return red;
        return state == "not managed" ? std::string_view() : yellow;
    }

    std::string painted(const std::string& text, std::string_view shade) const {
        if (!colour_ || shade.empty() || text.empty())
            return text;
        return "\x1b[" + std::string(shade) + "m" + text + "\x1b[0m";
    }

    void line(std::string_view label, const std::string& text) {
        constexpr std::size_t width = 14;
        if (text.empty())
            return;
        page_ += "    " + std::string(label) + ":";
        page_.append(width - label.size(), ' ');
        page_ += text + "\n";
    }

    void validity(const json& md) {
        const json& certificates = member(md, "cert");
        if (!certificates.is_object())
            return;
        auto whole = time_of(member(certificates, "valid"), "until");
        if (whole)
            line(*whole > now_ ? "valid until" : "expired", moment(*whole, now_));
        std::string held;
        for (const auto& [name, entry] : certificates.items()) {
            if (name == "valid")
                continue;
            std::string issuer = text_of(entry, "issuer-name");
            held += (held.empty() ? "" : "; ") + text_of(entry, "key");
            held += issuer.empty() ? "" : ", issued by " + issuer;
        }
        line("certificate", held);
    }

    void next(const json& md) {
        const json& action = member(md, "next-action");
        std::string reason = text_of(action, "reason");
        auto at = time_of(action, "at");
        if (!at) {
            line("next", "nothing");  // the state says why
            return;
        }
        std::string what = text_of(action, "rule") == "retry_after_failure" ? "another attempt"
                           : member(md, "cert").is_object()                 ? "renewal"
                                                                            : "first certificate";
        std::string when = *at > now_ ? " on " + moment(*at, now_) : " now";
        line("next", with_reason(what + when, reason));
    }

    void problem(const json& failure) {
        if (!failure.is_object())
            return;
        std::string text = text_of(failure, "detail");
        if (text.empty())
            text = text_of(failure, "problem");
        if (std::string stage = text_of(failure, "stage"); !stage.empty())
            text = "at the stage " + stage + ": " + text;
        if (auto at = time_of(failure, "at"))
            text = distance(*at, now_) + ", " + text;
        line("last problem", text);
        line("what to do", text_of(failure, "advice"));
    }

    void notification(const json& notified) {
        std::string state = text_of(notified, "state");
        if (state == "done")
            line("notification", "done");
        if (state == "pending")
            line("notification", "pending");
        if (state != "failed")
            return;
        auto errors = count_of(notified, "errors");
        std::string text = "MDNotifyCmd failed";
        if (errors > 1)
            text += " " + std::to_string(errors) + " times";
        text = with_reason(text, text_of(notified, "reason"));
        if (auto next_time = time_of(notified, "next"))
            text += "; it is run again " + (*next_time > now_ ? distance(*next_time, now_) : "now");
        line("notification", painted(text, red));
    }

    void served(const json& look) {
        std::string state = text_of(look, "state");
        std::string instead = text_of(look, "instead");
        std::string places = joined(member(look, "at"), 0);
        if (state == "issued")
            line("served", with_reason("not looked at before MDNotifyCmd succeeds", instead));
        if (state == "installed")
            line("served", with_reason("to be confirmed at " + places, instead));
        if (state == "confirmed") {
            auto last = time_of(look, "last-look");
            line("served", "confirmed at " + places + (last ? ", " + distance(*last, now_) : ""));
        }
        if (state != "unconfirmed")
            return;
        line("served", painted(with_reason("warning: NOT served", instead), red));
        auto next_look = time_of(look, "next-look");
        line("what to do",
             "have that server read its certificates again, and see that MDNotifyCmd does so" +
                 (next_look ? "; the next look is " + distance(*next_look, now_) : ""));
    }

    sys_seconds now_;
    bool colour_;
    std::string page_;
    std::map<std::string, std::size_t> states_;
};

}  // namespace

std::string status_text(const json& status, sys_seconds now, bool colour) {
    Page page(now, colour);
    for (const json& domain : member(status, "managed-domains"))
        page.domain(domain);
    for (const json& name : member(status, "unknown-names"))
        if (name.is_string())
            page.unknown(base::printable(name.get_ref<const std::string&>()));
    return page.finished(status);
}

}  // namespace md::admin
