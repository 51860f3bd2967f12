// SPDX-License-Identifier: Apache-2.0
#include "import/report.hpp"

#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <algorithm>
#include <set>

namespace md::import {
namespace {

constexpr std::size_t longest_shown = 300;

// A stranger's text on one line of its own.
std::string shown(const std::string& text) {
    std::string line = base::printable(text.substr(0, longest_shown));
    if (text.size() > longest_shown)
        line += " ...";
    return line;
}

// A '\' at its end would have the next line belong to the comment.
std::string comment(const std::string& text, const std::string& indent = "") {
    std::string line = indent + "# " + shown(text);
    return line + (line.ends_with('\\') ? " \n" : "\n");
}

std::string names_text(const std::vector<model::Identifier>& names) {
    std::string text;
    for (const model::Identifier& name : names)
        text += (text.empty() ? "" : " ") + name.text();
    return text;
}

std::string sources_text(const TakenDomain& taken) {
    std::string text;
    for (const std::string& source : taken.sources)
        text += (text.empty() ? "" : " and ") + source;
    return text;
}

std::string keys_text(const std::vector<model::KeySpec>& keys) {
    constexpr unsigned fewest = 2048, most = 8192;  // as MDPrivateKeys takes them
    std::string text;
    for (model::KeySpec key : keys) {
        if (key.type == model::KeySpec::Type::rsa)
            key.bits = std::clamp(key.bits, fewest, most);
        text += " " + key.text();
    }
    return text;
}

// What mod_md was told of its own.
std::string kept_lines(const store::MdRecord& kept) {
    std::string text;
    if (kept.renew_window && *kept.renew_window != model::Window{})
        text += "    MDRenewWindow " + kept.renew_window->text() + "\n";
    if (kept.warn_window && *kept.warn_window != model::Settings().warn_window)
        text += "    MDWarnWindow " + kept.warn_window->text() + "\n";
    if (kept.require_https == model::RequireHttps::temporary)
        text += "    MDRequireHttps temporary\n";
    if (kept.require_https == model::RequireHttps::permanent)
        text += "    MDRequireHttps permanent\n";
    if (kept.renew_mode == model::DriveMode::always)
        text += "    MDDriveMode always\n";
    std::string challenges;
    for (const std::string& word : kept.ca_challenges)
        if (model::challenge_type_named(word))
            challenges += " " + word;
    return text + (challenges.empty() ? "" : "    MDCAChallenges" + challenges + "\n");
}

std::string section(const TakenDomain& taken, const SourceTree& origin) {
    const FoundCertificate& found = *taken.found;
    const model::Settings settings = *managed_domain(taken).settings;
    std::string text = "\n<ManagedDomain " + names_text(taken.names) + ">\n";
    text += comment("From " + sources_text(taken) + " of " + std::string(word(origin.client)) +
                        (found.proof.empty() ? "" : ", which proved the names by " + found.proof),
                    "    ");
    if (!found.hook.empty())
        text += comment("It ran once renewed: " + found.hook, "    ");
    if (found.ca_url.empty())
        text += comment(std::string(word(origin.client)) +
                            " does not keep which CA that was: MDCertificateAuthority",
                        "    ");
    else if (has_usable_ca(found))
        text += "    MDCertificateAuthority " + settings.common().directory_url + "\n";
    else
        text += comment(
            "The address of its CA cannot be used as it is written there: add "
            "MDCertificateAuthority, and MDCertificateAgreement for its terms",
            "    ");
    if (found.ca_url.empty() || has_usable_ca(found))
        text += "    MDCertificateAgreement accepted\n";
    text += settings.common().contacts.empty() ? "" : "    MDContactEmail";
    for (const std::string& contact : settings.common().contacts)
        text += " " + contact;
    text += settings.common().contacts.empty() ? "" : "\n";
    if (!taken.keys.empty())
        text += "    MDPrivateKeys" + keys_text(taken.keys) + "\n";
    if (taken.must_staple)
        text += "    MDMustStaple on\n";
    if (found.kept)
        text += kept_lines(*found.kept);
    return text + "</ManagedDomain>\n";
}

std::string hooks_comment(const Decision& decision, const Found& found) {
    std::set<std::string> hooks(found.hooks.begin(), found.hooks.end());
    for (const TakenDomain& taken : decision.domains)
        if (!taken.found->hook.empty())
            hooks.insert(taken.found->hook);
    if (hooks.empty())
        return {};
    std::string text = "#\n# What was run after a renewal was:\n";
    for (const std::string& hook : hooks)
        text += comment("    " + hook);
    return text +
           "# mdcertd runs one command for all, told here or in another file, such as\n"
           "#     MDNotifyCmd /usr/lib/mdcertd/reload nginx\n";
}

std::string certificates_text(const TakenDomain& taken) {
    if (taken.is_held)
        return "held already, left as it is";
    if (taken.live.empty())
        return "names only, a certificate is ordered";
    std::string keys;
    for (const TakenCertificate& certificate : taken.live)
        keys += (keys.empty() ? "" : " and ") + certificate.spec.text();
    return keys + ", valid until " + base::readable_time(taken.live.front().not_after) +
           (taken.configured != nullptr
                ? ", for the ManagedDomain of " + taken.configured->origin.text()
                : "");
}

std::string domain_line(const TakenDomain& taken) {
    return "  " + names_text(taken.names) + ": " + certificates_text(taken) + "; from " +
           shown(sources_text(taken)) + "\n";
}

// While the former client still has something to renew, it must not be stopped.
std::string retirement_line(const Decision& decision, ImportSource client) {
    const std::string name(word(client));
    if (decision.unprovable.empty())
        return "  have " + name + " renew nothing any more: " + std::string(retirement(client)) +
               "\n";
    std::string text = "  leave " + name + " at work for what is left to it";
    if (!decision.domains.empty())
        text += ", and have it renew what was taken over no more: " +
                std::string(partial_retirement(client));
    return text + "\n";
}

std::string lines(const std::vector<SkippedPart>& troubles) {
    std::string text;
    for (const SkippedPart& trouble : troubles)
        text += "  " + shown(trouble.source) + ": " + shown(trouble.why) + "\n";
    return text;
}

std::string steps(const Decision& decision, const SourceTree& origin, const std::string& written) {
    std::string text = "\nWhat to do next:\n";
    if (!written.empty())
        text += "  look " + written + " over, then: mdcertd check\n";
    return text + "  have it kept valid from now on: systemctl start mdcertd\n" +
           retirement_line(decision, origin.client) +
           "  point your servers at the certificates in the store: mdcertd snippet prints how\n";
}

}  // namespace

std::string configuration_text(const Decision& decision, const Found& found,
                               const SourceTree& origin, sys_seconds now) {
    std::string sections;
    for (const TakenDomain& taken : decision.domains)
        if (taken.configured == nullptr)
            sections += section(taken, origin);
    if (sections.empty())
        return {};
    return comment("Written by mdcertd import from " + std::string(word(origin.client)) + "'s " +
                   origin.directory + " on " + base::readable_time(now) + "; yours to change.") +
           hooks_comment(decision, found) + sections;
}

std::string report_text(const Decision& decision, const SourceTree& origin,
                        const std::string& written) {
    std::string text;
    bool is_empty = decision.domains.empty() && decision.accounts.empty();
    if (!is_empty)
        text += "Taken over:\n";
    for (const TakenDomain& taken : decision.domains)
        text += domain_line(taken);
    for (const FoundAccount* account : decision.accounts)
        text += "  the account at " + shown(account->ca_url) +
                (account->url.empty() ? ", whose address the CA will tell" : "") + "\n";
    if (!decision.unprovable.empty())
        text += "Not taken over: mdcertd cannot prove these yet; leave them to " +
                std::string(word(origin.client)) + ":\n" + lines(decision.unprovable);
    if (!decision.left.empty())
        text += "Not taken over:\n" + lines(decision.left);
    if (!written.empty())
        text += "Configuration written: " + written + "\n";
    if (is_empty)
        return text + "There is nothing that could be taken over.\n";
    return text + steps(decision, origin, written);
}

}  // namespace md::import
