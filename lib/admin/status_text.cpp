// SPDX-License-Identifier: Apache-2.0
// The status as a person reads it, or has it read aloud: words, one thought a line; of many that
// were not asked for by name, a table. It is made of the JSON, which may come from a daemon of
// another version: an absent member is an absent line.
#include "admin/domain_json.hpp"
#include "admin/status.hpp"
#include "admin/status_shades.hpp"
#include "admin/status_table.hpp"
#include "admin/status_words.hpp"
#include "json/members.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace md::admin {
namespace {

using md::json::Members;

class Page {
public:
    Page(const Members& status, sys_seconds now, bool colour)
        : ports_(status.object("ports")), now_(now), colour_(colour) {}

    void table(const std::vector<DomainStatus>& domains) {
        page_ += status_table(domains, now_, colour_) + "\n";
        for (const DomainStatus& status : domains)
            ++states_[status.state];
        more_ = "'mdcertd status NAME' tells more of one.\n";
    }

    void domain(const DomainStatus& status) {
        StatusWords words = words_of(status, now_);
        ++states_[words.state];
        page_ += in(shade::bold, words.name) + "\n";
        if (status.members)
            whole_story(status);
        else
            line("other names", words.other_names);
        line("state", in(shade_of(words.state), words.state_with_reason));
        if (words.until)
            line(*words.until > now_ ? "valid until" : "expired", moment(*words.until, now_));
        line("certificate", words.certificate);
        if (!status.former_files.empty())
            line("former files", in(shade::yellow, status.former_files +
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

    std::string finished(const Members& status) {
        std::size_t count = 0;
        std::string parts;
        for (const auto& [state, number] : states_) {
            count += number;
            parts += (parts.empty() ? "" : ", ") + std::to_string(number) + " " + state;
        }
        page_ += std::to_string(count) + (count == 1 ? " managed domain" : " managed domains") +
                 (parts.empty() ? "" : ": " + parts) + ".\n";
        if (std::string daemon = status.text("daemon"); !daemon.empty())
            page_ += "The daemon is " + daemon + ".\n";
        if (std::string why = status.text("reload-problem"); !why.empty())
            page_ += in(shade::red,
                        "The configuration on disk was not loaded, the former one is in force:") +
                     " " + why + "\n";
        unused(status.list("unused"));
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
    void unused(const std::vector<Members>& list) {
        if (list.empty())
            return;
        page_ += "Held, but in no ManagedDomain any more, so not renewed:\n";
        for (const Members& one : list) {
            auto until = one.date("until");
            page_ +=
                "    " + one.text("name") +
                (until ? (*until > now_ ? ", valid until " : ", expired ") + moment(*until, now_)
                       : "") +
                "\n";
        }
        page_ += "'mdcertd forget NAME' puts such a certificate and its key into the archive.\n";
    }

    void files(const std::vector<HeldCertificate>& certificates) {
        for (const HeldCertificate& held : certificates) {
            if (held.certificate_file.empty())
                continue;
            line("file", held.certificate_file);
            line("key file", held.key_file);
            line("serial", held.serial);
            line("SHA-256", held.fingerprint);
        }
    }

    // Those that can work, or else why none can. What the ports are like the whole tells.
    std::string proofs(const std::vector<ProofStatus>& all) const {
        std::string able, unable;
        for (const auto& [type, obstacle] : all) {
            std::string why = obstacle;
            if (why.empty() && type == "http-01")
                why = ports_.text("http-obstacle");
            if (why.empty() && type == "tls-alpn-01")
                why = ports_.text("https-obstacle");
            std::string& list = why.empty() ? able : unable;
            list += (list.empty() ? "" : ", ") + type + (why.empty() ? "" : " (" + why + ")");
        }
        if (able.empty() && !unable.empty())
            return in(shade::red, "nothing that can work: " + unable);
        return able + (unable.empty() ? "" : "; not by " + unable);
    }

    // What somebody wants to know who asks for this one.
    void whole_story(const DomainStatus& status) {
        const char* label = "names";
        for (const MemberStatus& one : *status.members) {
            line(label, one.name + ", from " + one.configured_at);
            label = "";
        }
        line("CA", joined(status.ca.urls, 0));
        line("profile", status.issued_by_profile);
        // A daemon of an earlier version tells only what is configured.
        line("proof by", status.proofs ? proofs(*status.proofs) : joined(status.ca.challenges, 0));
        line("renewal", "at MDRenewWindow " + status.configured.renew_window);
        files(status.certificates);
    }

    Members ports_;  // what the daemon found at its ports
    sys_seconds now_;
    bool colour_;
    std::string page_, more_;
    std::map<std::string, std::size_t> states_;
};

}  // namespace

std::string status_text(const nlohmann::json& told, sys_seconds now, bool colour) {
    const Members status = Members::printable(told);
    Page page(status, now, colour);
    const std::vector<DomainStatus> domains = read_domains(told);
    bool is_asked_for = std::any_of(domains.begin(), domains.end(), [](const DomainStatus& domain) {
        return domain.members.has_value();
    });
    if (domains.size() > 1 && !is_asked_for)
        page.table(domains);
    else
        for (const DomainStatus& domain : domains)
            page.domain(domain);
    for (const std::string& name : status.texts("unknown-names"))
        page.unknown(name);
    return page.finished(status);
}

}  // namespace md::admin
