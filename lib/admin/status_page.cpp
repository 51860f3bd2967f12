// SPDX-License-Identifier: Apache-2.0
// Every text goes through `safe`: strangers (a CA, a server, a hook) wrote parts of them.
#include "admin/status_page.hpp"

#include "admin/history.hpp"
#include "admin/status_page_style.hpp"
#include "admin/status_words.hpp"
#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <algorithm>

namespace md::admin {
namespace {

// Groups of domains, the most urgent first.
enum Group : unsigned {
    expired,
    failing,
    stopped,
    missing,
    incomplete,
    undelivered,
    expiring,
    valid,
    unmanaged,
    unknown,
};

struct GroupLook {
    std::string_view title;   // "3 failing"
    std::string_view anchor;  // #failing
    std::string_view shade;
    std::string_view explanation;
};

constexpr GroupLook looks[] = {
    {"expired", "expired", "bad", "the certificate is over"},
    {"failing", "failing", "bad", "attempts fail"},
    {"stopped", "stopped", "bad", "they ask for what mdcertd cannot do"},
    {"missing", "missing", "warn", "there is no certificate yet"},
    {"incomplete", "incomplete", "warn", "the certificate does not fit the configuration"},
    {"not delivered", "undelivered", "bad", "the certificate is there, and not where it is used"},
    {"expiring", "expiring", "warn", "to be renewed now"},
    {"valid", "valid", "good", "nothing to do"},
    {"not managed", "unmanaged", "none", "mdcertd leaves them alone"},
    {"in another state", "other", "none", ""},
};

Group group_of(const StatusWords& words) {
    for (Group group : {expired, failing, stopped, missing, incomplete})
        if (words.state == looks[group].title)
            return group;
    if (words.notification_failed || words.not_served)
        return undelivered;
    for (Group group : {expiring, valid, unmanaged})
        if (words.state == looks[group].title)
            return group;
    return unknown;
}

// In HTML text and in a quoted attribute.
std::string safe(std::string_view text) {
    std::string escaped;
    for (char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string element(std::string_view tag, std::string_view shade, const std::string& html) {
    std::string opened(tag);
    if (!shade.empty())
        opened += " class=\"" + std::string(shade) + "\"";
    return "<" + opened + ">" + html + "</" + std::string(tag) + ">";
}

// A label and what stands below it; nothing for nothing.
std::string item(std::string_view label, const std::string& html, std::string_view shade = {},
                 std::string_view place = {}) {
    if (html.empty())
        return "";
    return element("div", place,
                   element("dt", "", std::string(label)) + element("dd", shade, html));
}

// How much of the lifetime is left, as a bar.
std::string life_left(const DomainStatus& status, sys_seconds now) {
    auto [from, until] = status.valid.value_or(Validity());
    if (!from || !until || *until <= *from)
        return "";
    auto share = std::clamp<std::int64_t>(100 * (*until - now) / (*until - *from), 0, 100);
    std::string percent = std::to_string(share) + "%";
    std::string_view shade = share < 34 ? " low" : "";
    return "<div class=\"bar" + std::string(shade) + "\" title=\"" + percent +
           " of the lifetime is left\"><i style=\"width:" + percent + "\"></i></div>";
}

std::string validity(const DomainStatus& status, const StatusWords& words, sys_seconds now) {
    if (!words.until)
        return "";
    std::string text = "<b>" + distance(*words.until, now) + "</b><br><span class=\"soft\">" +
                       base::readable_time(*words.until) + "</span>" + life_left(status, now);
    bool over = *words.until <= now;
    return item(over ? "expired" : "valid until", text, over ? "bad" : "", "until");
}

std::string log_of(const model::Log& log) {
    std::string lines;
    for (const model::LogEntry& told : log) {
        const model::LogEntry entry = printable_entry(told);
        std::string line = base::http_date(entry.when);
        for (const std::string* text : {&entry.type, &entry.status, &entry.detail})
            if (!text->empty())
                line += " - " + base::printable(*text);
        lines += safe(line) + "<br>";
    }
    return lines;
}

// What is asked for seldom.
std::string rest_of(const DomainStatus& status, const StatusWords& words) {
    std::string rest = item("certificate", safe(words.certificate), "", "wide");
    for (const HeldCertificate& held : status.certificates) {
        rest += item("serial number (" + safe(held.key_name) + ")", safe(held.serial));
        rest += item("SHA-256 fingerprint (" + safe(held.key_name) + ")", safe(held.fingerprint),
                     "", "wide");
    }
    rest += item("certificate authority", safe(joined(status.ca.urls, 0)), "", "wide");
    rest += item("ways of proof", safe(joined(status.ca.challenges, 0)));
    rest += item("renew window", safe(status.configured.renew_window));
    rest += item("configured at", safe(status.configured.at));
    rest += item("contacts", safe(joined(status.configured.contacts, 0)));
    rest += item("log", log_of(status.renewal ? status.renewal->log : model::Log()), "", "wide");
    return "<details><summary>more</summary><dl>" + rest + "</dl></details>";
}

std::string title_of(const StatusWords& words, Group group) {
    std::string_view shade = looks[group].shade;
    std::string badge = group == undelivered ? words.state + ", not delivered" : words.state;
    std::string html =
        element("h3", "", safe(words.name)) +
        element("p", "",
                "<span class=\"badge " + std::string(shade) + "\">" + safe(badge) + "</span>");
    if (!words.other_names.empty())
        html += element("p", "soft names", safe(words.other_names));
    return element("div", "", html);
}

std::string article(const DomainStatus& status, const StatusWords& words, Group group,
                    sys_seconds now) {
    std::string items;
    if (words.state_with_reason != words.state)
        items += item("state", safe(words.state_with_reason), "", "wide");
    items += validity(status, words, now);
    items += item("next", safe(words.next));
    items += item("notification", safe(words.notification), words.notification_failed ? "bad" : "",
                  words.notification_failed ? "wide" : "told");
    items += item("served", safe(words.served), words.not_served ? "bad" : "",
                  words.not_served ? "wide" : "");
    items += item("what to do", safe(words.served_advice), "", "wide");
    items += item("last problem", safe(words.problem), "bad", "wide");
    items += item("what to do", safe(words.advice), "", "wide");
    std::string body = element("div", "", element("dl", "", items) + rest_of(status, words));
    return element("article", looks[group].shade, title_of(words, group) + body) + "\n";
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string list_cut(std::size_t left_out) {
    return element("p", "soft",
                   counted(left_out, "further domain is", "further domains are") +
                       " not shown: <a href=\"/?all\">show all</a>.") +
           "\n";
}

std::string search_field(const std::string& searched) {
    return "<form action=\"/\"><input type=\"search\" name=\"name\" value=\"" + safe(searched) +
           "\" placeholder=\"a domain name\" aria-label=\"a domain name\">"
           "<button>find</button></form>\n";
}

constexpr std::string_view head =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    "<meta name=\"color-scheme\" content=\"light dark\">"
    "<link rel=\"icon\" href=\"data:,\"><title>";

}  // namespace

void StatusPage::add(const DomainStatus& status) {
    StatusWords words = words_of(status, now_);
    Group group = group_of(words);
    ++groups_[group];
    ++count_;
    auto due = words.until;
    if (!due)
        due = status.next.at;
    entries_.push_back({group, due.value_or(sys_seconds::max()).time_since_epoch().count(),
                        article(status, words, group, now_)});
    if (most_ < entries_.size() / 2)
        drop_the_least_urgent();
}

void StatusPage::drop_the_least_urgent() {
    auto end = entries_.begin() + static_cast<std::ptrdiff_t>(most_);
    std::stable_sort(entries_.begin(), entries_.end());
    entries_.erase(end, entries_.end());
}

std::string StatusPage::summary() const {
    std::string chips;
    for (const auto& [group, count] : groups_) {
        const GroupLook& look = looks[group];
        chips += "<li><a class=\"" + std::string(look.shade) + "\" href=\"#" +
                 std::string(look.anchor) + "\">" + std::to_string(count) + " " +
                 std::string(look.title) + "</a></li>";
    }
    return "<ul class=\"states\">" + chips + "</ul>\n";
}

std::string StatusPage::list() {
    std::stable_sort(entries_.begin(), entries_.end());
    std::string html;
    std::size_t shown = std::min(most_, entries_.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const PageEntry& entry = entries_[i];
        const GroupLook& look = looks[entry.group];
        if (i == 0 || entries_[i - 1].group != entry.group)
            html += "<h2 id=\"" + std::string(look.anchor) + "\">" +
                    std::to_string(groups_[entry.group]) + " " + std::string(look.title) +
                    (look.explanation.empty()
                         ? ""
                         : " <span>- " + std::string(look.explanation) + "</span>") +
                    "</h2>\n";
        html += entry.html;
    }
    return html + (shown < count_ ? list_cut(count_ - shown) : "");
}

std::size_t StatusPage::count_of(std::initializer_list<unsigned> groups) const {
    std::size_t count = 0;
    for (unsigned group : groups)
        if (auto found = groups_.find(group); found != groups_.end())
            count += found->second;
    return count;
}

std::string StatusPage::verdict_on(std::size_t troubled, const std::string& searched) const {
    if (troubled > 0)
        return counted(troubled, "domain needs", "domains need") + " attention";
    if (std::size_t coming = count_of({missing, incomplete, expiring}); coming > 0)
        return counted(coming, "certificate is", "certificates are") + " on the way";
    return searched.empty() ? "All is well" : searched;
}

std::string StatusPage::finished(const Frame& frame) {
    std::size_t troubled = count_of({expired, failing, stopped, undelivered});
    std::string verdict = verdict_on(troubled, frame.searched);
    std::string html = std::string(head) + safe("mdcertd: " + verdict) + "</title><style>" +
                       std::string(status_page_style) + "</style></head><body><main>\n<header>" +
                       element("h1", troubled > 0 ? "bad" : "", safe(verdict)) +
                       element("p", "soft",
                               counted(count_, "managed domain", "managed domains") + ", as of " +
                                   base::readable_time(now_));
    if (!frame.reload_problem.empty())
        html += element("p", "alarm",
                        "The configuration on disk was not loaded, the former one is in force: " +
                            safe(frame.reload_problem));
    html += summary() + search_field(frame.searched) + "</header>\n" + list();
    if (entries_.empty())
        html +=
            element("p", "",
                    frame.searched.empty() ? "No managed domain is configured."
                                           : "No managed domain has this name. <a href=\"/\">Show "
                                             "all</a>.");
    return html + "<footer>mdcertd " + safe(frame.version) +
           " · <a href=\"/status.json\">status.json</a> · <a href=\"/metrics\">metrics</a> · "
           "<a href=\"/healthz\">healthz</a></footer>\n</main></body></html>\n";
}

}  // namespace md::admin
