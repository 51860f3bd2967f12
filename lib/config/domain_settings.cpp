// SPDX-License-Identifier: Apache-2.0
#include "config/domain_settings.hpp"

#include "config/schema.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace md::config {
namespace {

using model::ChallengeType;
using model::Issuer;

constexpr Keyword<ChallengeType> challenges[] = {{"tls-alpn-01", ChallengeType::tls_alpn_01},
                                                 {"http-01", ChallengeType::http_01},
                                                 {"dns-01", ChallengeType::dns_01}};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + as_word(word);
    return text;
}

// One line for each, as they are written.
std::string lines_of(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : "\n") + as_word(word);
    return text;
}

void add_file(const Directive& directive, std::vector<std::string>& files, Report& report) {
    const Argument& argument = directive.arguments[0];
    if (argument.text.empty())
        return report.error(argument.at, "an empty path", "write the path of a PEM file");
    files.push_back(argument.text);
}

}  // namespace

void ask_for(const Directive& directive, Settings& settings, bool asks, std::string why,
             std::string hint) {
    set_unmet(settings, directive.spec->name, asks, std::move(why), std::move(hint));
}

void set_unmet(Settings& settings, std::string_view directive, bool asks, std::string why,
               std::string hint) {
    std::erase_if(settings.unmet,
                  [&](const model::Unmet& unmet) { return unmet.directive == directive; });
    if (asks)
        settings.unmet.push_back({std::string(directive), std::move(why), std::move(hint)});
}

// A CA that is closed is left out of a list; alone it stops its MD.
void set_authorities(const Directive& directive, Settings& settings, Report& report) {
    std::vector<std::string> urls, closed;
    for (const Argument& argument : directive.arguments) {
        auto authority = parse_authority(argument.text);
        if (!authority)
            return report.error(argument.at, authority.error());
        if (!authority->replaced.empty())
            report.warning(argument.at, "this CA's address is a thing of the past",
                           authority->url + " is used, its successor");
        if (authority->is_closed && directive.arguments.size() > 1)
            report.warning(argument.at,
                           in_quotes(argument.text) +
                               " is closed, it gives no certificates any "
                               "more: it is left out",
                           "take it out");
        std::vector<std::string>& known = authority->is_closed ? closed : urls;
        if (std::find(known.begin(), known.end(), authority->url) == known.end())
            known.push_back(authority->url);
    }
    ask_for(directive, settings, urls.empty(),
            "this CA is closed, it gives no certificates any more", "name another CA");
    settings.set_directory_urls(urls.empty() ? closed : urls);
}

void check_protocol(const Directive& directive, Settings&, Report& report) {
    const Argument& argument = directive.arguments[0];
    if (!same_word(argument.text, "ACME"))
        report.error(argument.at, in_quotes(argument.text) + " is not a protocol of mdcertd",
                     "ACME is the only one: leave the line out");
}

// httpd shows ServerAdmin on error pages, so it may be anything there; only an address that a CA
// would take is a contact.
void set_server_admin(const Directive& directive, Settings& settings, Report& report) {
    const Argument& argument = directive.arguments[0];
    auto contact = parse_contact(argument.text);
    if (contact && is_public_contact(*contact))
        settings.set_for_issuers(&Issuer::contacts, {*contact});
    else
        report.warning(argument.at,
                       in_quotes(argument.text) + " is no address a CA takes: it is left out",
                       "name the contact for certificates with MDContactEmail");
}

void set_contacts(const Directive& directive, Settings& settings, Report& report) {
    std::vector<std::string> contacts;
    for (const Argument& argument : directive.arguments) {
        auto contact = parse_contact(argument.text);
        if (!contact)
            return report.error(argument.at, contact.error());
        if (contact->starts_with("mailto:") && !is_public_contact(*contact))
            report.warning(argument.at,
                           in_quotes(argument.text) + " is no address a public CA takes",
                           "write one whose domain has a dot");
        if (std::find(contacts.begin(), contacts.end(), *contact) == contacts.end())
            contacts.push_back(*contact);
    }
    settings.set_for_issuers(&Issuer::contacts, contacts);
}

void set_challenges(const Directive& directive, Settings& settings, Report& report) {
    std::vector<ChallengeType> types;
    for (const Argument& argument : directive.arguments) {
        bool is_old = same_word(argument.text, "tls-sni-01");
        if (is_old)
            report.warning(argument.at, "tls-sni-01 does not exist any more",
                           "tls-alpn-01 is used, which replaced it on port 443");
        auto type = parse_keyword(is_old ? "tls-alpn-01" : argument.text, challenges);
        if (!type)
            return report.error(argument.at, type.error());
        if (*type == ChallengeType::dns_01 && directive.arguments.size() > 1)
            report.warning(argument.at, "mdcertd does not have the challenge dns-01 yet",
                           "the others are tried");
        if (std::find(types.begin(), types.end(), *type) == types.end())
            types.push_back(*type);
    }
    const bool is_dns_alone = types == std::vector<ChallengeType>{ChallengeType::dns_01};
    ask_for(directive, settings, is_dns_alone, "mdcertd does not have the challenge dns-01 yet",
            "use http-01 or tls-alpn-01 where the CA can reach this machine");
    settings.challenges = std::move(types);
}

void set_served_at(const Directive& directive, Settings& settings, Report& report) {
    Settings fresh;
    add_served_at(directive, fresh, report);
    if (!fresh.served_at.empty())
        settings.served_at = std::move(fresh.served_at);
}

// "HOST:PORT", each with "starttls smtp" or "starttls imap" behind it where it is not TLS at once.
void add_served_at(const Directive& directive, Settings& settings, Report& report) {
    std::vector<model::ServedAt> places = settings.served_at;
    const auto& arguments = directive.arguments;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        auto place = parse_served_at(arguments[i].text);
        if (!place)
            return report.error(arguments[i].at, place.error());
        if (i + 1 < arguments.size() && same_word(arguments[i + 1].text, "starttls")) {
            const std::string protocol = i + 2 < arguments.size() ? arguments[i + 2].text : "";
            if (!same_word(protocol, "smtp") && !same_word(protocol, "imap"))
                return report.error(arguments[i + 1].at, "starttls of which protocol?",
                                    "write starttls smtp or starttls imap");
            place->starttls = same_word(protocol, "smtp") ? model::ServedAt::StartTls::smtp
                                                          : model::ServedAt::StartTls::imap;
            i += 2;
        }
        places.push_back(std::move(*place));
    }
    settings.served_at = std::move(places);
}

void set_certificate_file(const Directive& directive, Settings& settings, Report& report) {
    settings.certificate_files.clear();
    add_certificate_file(directive, settings, report);
}

void add_certificate_file(const Directive& directive, Settings& settings, Report& report) {
    add_file(directive, settings.certificate_files, report);
}

void set_key_file(const Directive& directive, Settings& settings, Report& report) {
    settings.key_files.clear();
    add_key_file(directive, settings, report);
}

void add_key_file(const Directive& directive, Settings& settings, Report& report) {
    add_file(directive, settings.key_files, report);
}

void set_http_proxy(const Directive& directive, Settings& settings, Report& report) {
    const Argument& argument = directive.arguments[0];
    const bool by_tls = is_https_url(argument.text);
    ask_for(directive, settings, by_tls, "mdcertd speaks to a proxy by http alone",
            "write http://HOST:PORT: what goes through it to the CA is encrypted all the same");
    if (by_tls)
        return;
    auto url = parse_proxy(argument.text);
    if (same_word(argument.text, "none"))
        settings.set_for_issuers(&Issuer::http_proxy, {});
    else if (url)
        settings.set_for_issuers(&Issuer::http_proxy, *url);
    else
        report.error(argument.at, url.error());
}

std::string authorities_text(const Settings& settings) {
    return joined(settings.directory_urls());
}

std::string protocol_text(const Settings&) {
    return "ACME";
}

std::string contacts_text(const Settings& settings) {
    return joined(settings.common().contacts);
}

std::string challenges_text(const Settings& settings) {
    std::string text;
    for (ChallengeType type : settings.challenges)
        text += (text.empty() ? "" : " ") + std::string(wire_name(type));
    return text;
}

std::string served_at_text(const Settings& settings) {
    std::string text;
    for (const model::ServedAt& place : settings.served_at)
        text += (text.empty() ? "" : " ") + place.text();
    return text;
}

std::string certificate_files_text(const Settings& settings) {
    return lines_of(settings.certificate_files);
}

std::string key_files_text(const Settings& settings) {
    return lines_of(settings.key_files);
}

std::string http_proxy_text(const Settings& settings) {
    const std::string& proxy = settings.common().http_proxy;
    return proxy.empty() ? "none" : as_word(without_password(proxy));
}

}  // namespace md::config
