// SPDX-License-Identifier: Apache-2.0
// The status as a person reads it, or has it read aloud: words, no tables, one thought a line. It
// is made of the JSON, which may come from a daemon of another version: an absent member is an
// absent line.
#include "admin/status.hpp"
#include "admin/status_member.hpp"
#include "admin/status_words.hpp"
#include "base/printable.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string_view>

namespace md::admin {
namespace {

using nlohmann::json;

class Page {
public:
    Page(sys_seconds now, bool colour) : now_(now), colour_(colour) {}

    void domain(const json& md) {
        StatusWords words = words_of(md, now_);
        ++states_[words.state];
        page_ += painted(words.name, bold) + "\n";
        if (member(md, "members").is_array())
            whole_story(md);
        else
            line("other names", words.other_names);
        line("state", painted(words.state_with_reason, shade_of(words.state)));
        if (words.until)
            line(*words.until > now_ ? "valid until" : "expired", moment(*words.until, now_));
        line("certificate", words.certificate);
        if (std::string former = text_of(md, "former-files"); !former.empty())
            line("former files", painted(former +
                                             " go with the renewal after next: have servers "
                                             "read those of domains/" +
                                             words.name,
                                         yellow));
        line("next", words.next);
        line("last problem", words.problem);
        line("what to do", words.advice);
        line("notification",
             words.notification_failed ? painted(words.notification, red) : words.notification);
        line("served", words.not_served ? painted(words.served, red) : words.served);
        line("what to do", words.served_advice);
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
        page_ += "    " + std::string(label) + (label.empty() ? " " : ":");
        page_.append(width - label.size(), ' ');
        page_ += text + "\n";
    }

    // What somebody wants to know who asks for this one.
    void whole_story(const json& md) {
        const char* label = "names";
        for (const json& one : member(md, "members")) {
            line(label, text_of(one, "name") + ", from " + text_of(one, "configured-at"));
            label = "";
        }
        const json& ca = member(md, "ca");
        line("CA", joined(member(ca, "urls"), 0));
        line("proof by", joined(member(ca, "challenges"), 0));
        line("renewal", "at MDRenewWindow " + text_of(md, "renew-window"));
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
