// SPDX-License-Identifier: Apache-2.0
// The status as a person reads it, or has it read aloud: words, one thought a line; of many that
// were not asked for by name, a table. It is made of the JSON, which may come from a daemon of
// another version: an absent member is an absent line.
#include "admin/status.hpp"
#include "admin/status_member.hpp"
#include "admin/status_shades.hpp"
#include "admin/status_table.hpp"
#include "admin/status_words.hpp"
#include "base/printable.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string_view>

namespace md::admin {
namespace {

using nlohmann::json;

class Page {
public:
    Page(const json& status, sys_seconds now, bool colour)
        : ports_(member(status, "ports")), now_(now), colour_(colour) {}

    void table(const json& status) {
        page_ += status_table(status, now_, colour_) + "\n";
        for (const json& md : member(status, "managed-domains"))
            ++states_[text_of(md, "state")];
        more_ = "'mdcertd status NAME' tells more of one.\n";
    }

    void domain(const json& md) {
        StatusWords words = words_of(md, now_);
        ++states_[words.state];
        page_ += in(shade::bold, words.name) + "\n";
        if (member(md, "members").is_array())
            whole_story(md);
        else
            line("other names", words.other_names);
        line("state", in(shade_of(words.state), words.state_with_reason));
        if (words.until)
            line(*words.until > now_ ? "valid until" : "expired", moment(*words.until, now_));
        line("certificate", words.certificate);
        if (std::string former = text_of(md, "former-files"); !former.empty())
            line("former files", in(shade::yellow, former +
                                                       " go with the renewal after next: have "
                                                       "servers read those of domains/" +
                                                       words.name));
        line("next", words.next);
        line("last problem", words.problem);
        line("what to do", words.advice);
        line("notification",
             words.notification_failed ? in(shade::red, words.notification) : words.notification);
        line("served", words.not_served ? in(shade::red, words.served) : words.served);
        line("what to do", words.served_advice);
        page_ += "\n";
    }

    void unknown(const std::string& name) {
        page_ += in(shade::bold, name) + "\n";
        line("state", in(shade::red, "unknown: no managed domain has this name"));
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
            page_ += in(shade::red,
                        "The configuration on disk was not loaded, the former one is in force:") +
                     " " + why + "\n";
        unused(member(status, "unused"));
        page_ += more_;
        return std::move(page_);
    }

private:
    std::string in(std::string_view shade, const std::string& text) const {
        return colour_ ? painted(text, shade) : text;
    }

    void line(std::string_view label, const std::string& text) {
        constexpr std::size_t width = 14;
        if (text.empty())
            return;
        page_ += "    " + std::string(label) + (label.empty() ? " " : ":");
        page_.append(width - label.size(), ' ');
        page_ += text + "\n";
    }

    // Held, and configured no more.
    void unused(const json& list) {
        if (!list.is_array() || list.empty())
            return;
        page_ += "Held, but in no ManagedDomain any more, so not renewed:\n";
        for (const json& one : list) {
            auto until = time_of(one, "until");
            page_ +=
                "    " + text_of(one, "name") +
                (until ? (*until > now_ ? ", valid until " : ", expired ") + moment(*until, now_)
                       : "") +
                "\n";
        }
        page_ += "'mdcertd forget NAME' puts such a certificate and its key into the archive.\n";
    }

    void files(const json& certificates) {
        for (const json& entry : certificates) {
            if (text_of(entry, "certificate-file").empty())
                continue;
            line("file", text_of(entry, "certificate-file"));
            line("key file", text_of(entry, "key-file"));
            line("serial", text_of(entry, "serial"));
            line("SHA-256", text_of(entry, "sha256-fingerprint"));
        }
    }

    // Those that can work, or else why none can. What the ports are like the whole tells.
    std::string proofs(const json& md) const {
        std::string able, unable;
        for (const json& proof : member(md, "proofs")) {
            const std::string type = text_of(proof, "type");
            std::string why = text_of(proof, "obstacle");
            if (why.empty() && type == "http-01")
                why = text_of(ports_, "http-obstacle");
            if (why.empty() && type == "tls-alpn-01")
                why = text_of(ports_, "https-obstacle");
            std::string& list = why.empty() ? able : unable;
            list += (list.empty() ? "" : ", ") + type + (why.empty() ? "" : " (" + why + ")");
        }
        if (able.empty() && !unable.empty())
            return in(shade::red, "nothing that can work: " + unable);
        return able + (unable.empty() ? "" : "; not by " + unable);
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
        // A daemon of an earlier version tells only what is configured.
        line("proof by",
             member(md, "proofs").is_array() ? proofs(md) : joined(member(ca, "challenges"), 0));
        line("renewal", "at MDRenewWindow " + text_of(md, "renew-window"));
        files(member(md, "cert"));
    }

    const json& ports_;  // what the daemon found at its ports
    sys_seconds now_;
    bool colour_;
    std::string page_, more_;
    std::map<std::string, std::size_t> states_;
};

}  // namespace

std::string status_text(const json& status, sys_seconds now, bool colour) {
    Page page(status, now, colour);
    const json& domains = member(status, "managed-domains");
    bool is_asked_for = std::any_of(domains.begin(), domains.end(), [](const json& domain) {
        return member(domain, "members").is_array();
    });
    if (domains.size() > 1 && !is_asked_for)
        page.table(status);
    else
        for (const json& domain : domains)
            page.domain(domain);
    for (const json& name : member(status, "unknown-names"))
        if (name.is_string())
            page.unknown(base::printable(name.get_ref<const std::string&>()));
    return page.finished(status);
}

}  // namespace md::admin
