// SPDX-License-Identifier: Apache-2.0
#include "config/mod_md_directives.hpp"

#include "config/domain_settings.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace md::config {
namespace {

constexpr unsigned unbounded = 1'000'000;
constexpr unsigned per_domain = at_top | in_domain;

bool is_word(const Directive& directive, std::string_view word) {
    return directive.arguments.size() == 1 && same_word(directive.arguments[0].text, word);
}

void pass_over(const Directive& directive, Report& report, const char* why) {
    report.warning(directive.at, std::string(directive.spec->name) + " is passed over: " + why,
                   "take it out, or write it in <IfModule !mdcertd>, which is for httpd alone");
}

// Warns where it is on; off asks for nothing.
void pass_over_switch(const Directive& directive, Report& report, const char* why) {
    auto on = parse_on_off(directive.arguments[0].text);
    if (!on)
        report.error(directive.arguments[0].at, on.error());
    else if (*on)
        pass_over(directive, report, why);
}

// Warns unless it is zero. mod_md takes negative delays.
void pass_over_delay(const Directive& directive, Report& report, const char* why) {
    std::string_view text = directive.arguments[0].text;
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    auto delay = parse_duration(text, std::chrono::seconds{1});
    if (!delay)
        report.error(directive.arguments[0].at, delay.error());
    else if (delay->count() != 0)
        pass_over(directive, report, why);
}

void activation_delay(const Directive& directive, model::ServerSettings&, Report& report) {
    pass_over_delay(directive, report, "a new certificate is installed and told of at once");
}

void initial_delay(const Directive& directive, model::ServerSettings&, Report& report) {
    pass_over_delay(directive, report, "the first look is taken at once");
}

void status_of_httpd(const Directive& directive, model::ServerSettings&, Report& report) {
    pass_over_switch(directive, report,
                     "'mdcertd status' and MDStatusListen show the state of certificates");
}

void certificate_check(const Directive& directive, model::ServerSettings&, Report& report) {
    pass_over(directive, report, "it is a link on the status page of httpd");
}

void renew_via_ari(const Directive& directive, model::Settings&, Report& report) {
    pass_over_switch(directive, report,
                     "CAs are not asked when to renew (ARI); MDRenewWindow says when");
}

void stapling(const Directive& directive, model::Settings&, Report& report) {
    pass_over_switch(directive, report, "stapling is a task of the web server");
}

void staple_window(const Directive& directive, model::ServerSettings&, Report& report) {
    auto window = parse_window(directive.arguments[0].text);
    if (!window)
        return report.error(directive.arguments[0].at, window.error());
    pass_over(directive, report, "stapling is a task of the web server");
}

void store_locks(const Directive& directive, model::ServerSettings&, Report& report) {
    const Argument& argument = directive.arguments[0];
    if (auto on = parse_on_off(argument.text); on && !*on)
        return;
    if (!same_word(argument.text, "on") && !parse_duration(argument.text, std::chrono::seconds{1}))
        return report.error(argument.at, in_quotes(argument.text) + " is not on, off or a time",
                            "leave the line out");
    pass_over(directive, report, "mdcertd holds a lock on its store as long as it runs");
}

void challenge_dns01(const Directive& directive, model::Settings& settings, Report&) {
    const bool asks = !is_word(directive, "off") && !is_word(directive, "none");
    ask_for(directive, settings, asks, "mdcertd does not have the challenge dns-01 yet",
            "with MDCAChallenges http-01 or tls-alpn-01 it is driven without");
}

void challenge_version(const Directive& directive, model::ServerSettings&, Report& report) {
    if (is_word(directive, "2"))
        return pass_over(directive, report, "mdcertd does not have MDChallengeDns01 yet");
    if (!is_word(directive, "1"))
        report.error(directive.arguments[0].at, "there are the versions 1 and 2 only");
}

void proxy_ca_file(const Directive& directive, model::Settings&, Report& report) {
    if (!is_word(directive, "none"))
        pass_over(directive, report, "a proxy is spoken to by http, without TLS");
}

void base_server(const Directive& directive, model::Settings& settings, Report& report) {
    auto on = parse_on_off(directive.arguments[0].text);
    if (!on)
        return report.error(directive.arguments[0].at, on.error());
    ask_for(directive, settings, *on, "mdcertd does not look at the names of the main server",
            "write them into a <VirtualHost>, or name them in ManagedDomain");
}

void match_names(const Directive& directive, model::Settings& settings, Report& report) {
    static constexpr Keyword<bool> words[] = {{"all", false}, {"servernames", true}};
    auto by_server_name = parse_keyword(directive.arguments[0].text, words);
    if (!by_server_name)
        return report.error(directive.arguments[0].at, by_server_name.error());
    ask_for(directive, settings, *by_server_name, "mdcertd matches all names of a virtual host",
            "MDMembers manual keeps aliases out of certificates");
}

constexpr DirectiveSpec of_server(std::string_view name, std::string_view arguments,
                                  void (*set)(const Directive&, model::ServerSettings&, Report&),
                                  unsigned most = 1) {
    DirectiveSpec spec;
    spec.name = name;
    spec.arguments = arguments;
    spec.most = most;
    spec.server.set = set;
    return spec;
}

constexpr DirectiveSpec of_domain(std::string_view name, std::string_view arguments,
                                  void (*set)(const Directive&, model::Settings&, Report&),
                                  unsigned most = 1, unsigned places = per_domain) {
    DirectiveSpec spec;
    spec.name = name;
    spec.scope = Scope::domain;
    spec.places = places;
    spec.arguments = arguments;
    spec.most = most;
    spec.domain.set = set;
    return spec;
}

constexpr DirectiveSpec raw(DirectiveSpec spec) {
    spec.is_raw = true;
    return spec;
}

constexpr DirectiveSpec mod_md_rows[] = {
    of_server("MDActivationDelay", "DURATION", activation_delay),
    of_domain("MDBaseServer", "on | off", base_server, 1, at_top),
    of_server("MDCertificateCheck", "NAME URL", certificate_check, 2),
    of_server("MDCertificateMonitor", "NAME URL", certificate_check, 2),
    of_server("MDCertificateStatus", "on | off", status_of_httpd),
    raw(of_domain("MDChallengeDns01", "PROGRAM [ARGUMENT...] | off", challenge_dns01, unbounded)),
    of_server("MDChallengeDns01Version", "1 | 2", challenge_version),
    of_domain("MDHttpProxyCACertificateFile", "FILE | none", proxy_ca_file),
    of_server("MDInitialDelay", "DURATION", initial_delay),
    of_domain("MDMatchNames", "all | servernames", match_names, 1, at_top),
    of_domain("MDRenewViaARI", "on | off", renew_via_ari),
    of_server("MDServerStatus", "on | off", status_of_httpd),
    of_domain("MDStapleOthers", "on | off", stapling),
    of_domain("MDStapling", "on | off", stapling),
    of_server("MDStaplingKeepResponse", "DURATION | PERCENT%", staple_window),
    of_server("MDStaplingRenewWindow", "DURATION | PERCENT%", staple_window),
    of_server("MDStoreLocks", "on | off | DURATION", store_locks),
};

}  // namespace

std::span<const DirectiveSpec> mod_md_directives() {
    return mod_md_rows;
}

}  // namespace md::config
