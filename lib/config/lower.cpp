// SPDX-License-Identifier: Apache-2.0
#include "config/lower.hpp"

#include "config/account_binding.hpp"
#include "config/domain_settings.hpp"
#include "config/hosts.hpp"
#include "config/origins.hpp"
#include "config/private_names.hpp"
#include "config/schema.hpp"
#include "config/server_settings.hpp"
#include "config/spelling.hpp"
#include "config/values.hpp"
#include "model/known_authorities.hpp"

#include <algorithm>

namespace md::config {
namespace {

using model::ChallengeType;
using model::Identifier;

bool same_arguments(const Directive& one, const Directive& other) {
    return std::equal(one.arguments.begin(), one.arguments.end(), other.arguments.begin(),
                      other.arguments.end(),
                      [](const Argument& a, const Argument& b) { return a.text == b.text; });
}

// Given twice they add up or are meant to be: nothing to warn of.
bool may_be_repeated(const DirectiveSpec& spec) {
    return spec.name == "Listen" || spec.name == "MDStatusListen" || spec.name == "LogLevel" ||
           spec.name == "SSLEngine" || spec.name == "ServerName" || spec.name == "MDPortMap" ||
           spec.domain.add != nullptr;
}

constexpr std::size_t most_names = 100;

// The first CA is the one that is asked.
bool is_lets_encrypt(const model::Settings& settings) {
    const auto* known = model::authority_on(settings.common().directory_url);
    return known != nullptr && known->name.starts_with("LetsEncrypt");
}

// By Let's Encrypt.
bool is_taken(const model::KeySpec& key) {
    if (key.type == model::KeySpec::Type::rsa)
        return key.bits == 2048 || key.bits == 3072 || key.bits == 4096;
    return key.canonical_curve() != "P-521";
}

}  // namespace

Loaded Lowering::run() {
    loaded_.skipped_count = document_.skipped_count;
    for (const SkippedName& skipped : document_.skipped)
        loaded_.skipped.push_back({skipped.name, sources_.origin(skipped.at)});
    apply_globals();
    check_port_map();
    loaded_.desired.domains.reserve(document_.domains.size());
    loaded_.domain_origins.reserve(document_.domains.size());
    for (const DomainBlock& block : document_.domains)
        add_domain(block);
    tell_stops();
    check_overlaps();
    join_hosts(document_, sources_, names_, loaded_, report_);
    resolve_paths();
    check_limits();
    share_settings();
    warn_of_what_can_not_be_proven();
    check_listens();
    return std::move(loaded_);
}

void Lowering::apply_globals() {
    // ServerAdmin is the contact only where nothing else is, so it comes before all others.
    for (bool is_first_round : {true, false}) {
        for (const Directive& directive : document_.globals) {
            const DirectiveSpec& spec = *directive.spec;
            if ((spec.name == "ServerAdmin") != is_first_round)
                continue;
            if (is_for_httpd(directive))
                skip(directive);
            else if (spec.scope == Scope::names)
                apply_default_members(directive);
            else
                apply(directive, defaults_, given_, loaded_.global_origins, OriginKind::global);
        }
    }
    read_bindings(defaults_);
}

void Lowering::read_bindings(model::Shared<model::Settings>& settings) {
    const auto& issuers = settings->issuers;
    if (std::any_of(issuers.begin(), issuers.end(), [](const model::Issuer& issuer) {
            return !issuer.binding_file.empty() && !issuer.binding;
        }))
        read_account_binding(settings.edit(), files_, loaded_.desired.server.server_root);
    // It was given by the first CA, and is nothing to tell another one of.
    if (issuers.size() > 1 && (issuers[1].binding || !issuers[1].binding_file.empty()))
        settings.edit().bind_first_issuer_alone();
}

// httpd's own configuration names the account and the folder of the web server. To own the keys and
// talk to the CA as that account, or to keep the store there, is not what who includes it wants.
bool Lowering::is_for_httpd(const Directive& directive) const {
    std::string_view name = directive.spec->name;
    return (name == "User" || name == "Group" || name == "ServerRoot") &&
           document_.why_httpd(directive.at.file) != nullptr;
}

void Lowering::skip(const Directive& directive) {
    if (directive.spec->name == "ServerRoot") {
        const ForeignWord& why = *document_.why_httpd(directive.at.file);
        loaded_.passed_server_root =
            PassedServerRoot{sources_.origin(directive.at), why.name, sources_.origin(why.at)};
        // In the main file it may well be meant; then the store is not where it was thought to be.
        if (directive.at.file == 0)
            report_.warning(directive.at, "ServerRoot is passed over, for it is the one of httpd",
                            why.name + " at " + sources_.origin(why.at).text() +
                                " makes this a file of httpd: set it in one that is not, and "
                                "include this");
    }
    ++loaded_.skipped_count;
    loaded_.skipped.push_back({std::string(directive.spec->name), sources_.origin(directive.at)});
}

void Lowering::apply(const Directive& directive, model::Shared<model::Settings>& settings,
                     Given& given, std::vector<ValueOrigin>& origins, OriginKind kind) {
    const DirectiveSpec& spec = *directive.spec;
    const Directive*& former = given[spec.name];
    const bool is_further = former != nullptr;
    if (is_further && !may_be_repeated(spec) && !same_arguments(*former, directive))
        report_.warning(directive.at, std::string(spec.name) + " is set again",
                        "this one counts, not the one at " + sources_.origin(former->at).text());
    former = &directive;
    if (spec.server.set != nullptr)
        spec.server.set(directive, loaded_.desired.server, report_);
    else if (spec.domain.add != nullptr && is_further)
        spec.domain.add(directive, settings.edit(), report_);
    else if (spec.domain.set != nullptr)
        spec.domain.set(directive, settings.edit(), report_);
    remember(origins, {spec.setting_name(), kind, sources_.origin(directive.at)});
}

// One line may give one side only: what it comes to is known behind the last.
void Lowering::check_port_map() {
    const model::PortMap& map = loaded_.desired.server.port_map;
    auto last = given_.find("MDPortMap");
    if (last != given_.end() && map.http && map.http == map.https)
        report_.error(last->second->arguments.back().at, "both ports are mapped to the same one",
                      "port 80 and port 443 need a local port each");
}

void Lowering::apply_default_members(const Directive& directive) {
    const Argument& first = directive.arguments[0];
    auto mode = parse_member_mode(first.text);
    if (!mode || directive.arguments.size() > 1) {
        const Argument& wrong = mode ? directive.arguments[1] : first;
        return report_.error(wrong.at, "outside of <ManagedDomain> there is only auto or manual",
                             "names belong into a <ManagedDomain> section");
    }
    defaults_.edit().members = *mode;
    remember(loaded_.global_origins,
             {"MDMembers", OriginKind::global, sources_.origin(directive.at)});
}

void Lowering::add_domain(const DomainBlock& block) {
    std::size_t domain = loaded_.desired.domains.size();
    model::ManagedDomain& made = loaded_.desired.domains.emplace_back();
    made.settings = defaults_;
    made.origin = sources_.origin(block.opening.at);
    made.used = document_.hosts.empty();
    std::vector<ValueOrigin>& origins = loaded_.domain_origins.emplace_back().values;
    add_names(block.opening, domain);
    Given given;
    for (const Directive& directive : block.body) {
        if (directive.spec->scope == Scope::names)
            add_names(directive, domain);
        else
            apply(directive, made.settings, given, origins, OriginKind::section);
    }
    read_bindings(made.settings);
    if (!made.members.empty())
        return check_wishes(domain, given);
    auto is_mode = [](const Argument& argument) {
        return parse_member_mode(argument.text).has_value();
    };
    if (std::all_of(block.opening.arguments.begin(), block.opening.arguments.end(), is_mode))
        report_.error(block.opening.at, "a managed domain without a name",
                      "write ManagedDomain NAME [NAME...]");
    loaded_.desired.domains.pop_back();
    loaded_.domain_origins.pop_back();
}

// Of what it asks for: what cannot be had stops it, unless nobody drives it anyway.
void Lowering::check_wishes(std::size_t domain, const Given& own) {
    const model::ManagedDomain& managed = loaded_.desired.domains[domain];
    check_static(domain, own);
    if (managed.is_static() || managed.settings->drive_mode == model::DriveMode::manual)
        return;
    note_stops(domain, own);
    check_keys(domain, own);
    for (const model::Member& member : managed.members)
        if (const NameIndex::Owner* name = names_.exact(member.name.text());
            name != nullptr && member.name.is_wildcard())
            stop(domain, name->at,
                 in_quotes(member.name.text()) +
                     " can be proven over dns-01 only, which mdcertd does not have yet",
                 "name the hosts one by one");
}

// The line that gives the MD a setting: its own, or one outside; nullptr where it is the default.
const Directive* Lowering::line_of(std::string_view directive, const Given& own) const {
    for (const Given* given : {&own, &given_})
        if (auto found = given->find(directive); found != given->end())
            return found->second;
    return nullptr;
}

// The program for dns-01 is of no consequence where other challenges are named.
bool Lowering::proves_otherwise(std::size_t domain, const Given& own) const {
    const auto& types = loaded_.desired.domains[domain].settings->challenges;
    return line_of("MDCAChallenges", own) != nullptr &&
           std::any_of(types.begin(), types.end(),
                       [](ChallengeType type) { return type != ChallengeType::dns_01; });
}

void Lowering::note_stops(std::size_t domain, const Given& own) {
    for (const model::Unmet& unmet : loaded_.desired.domains[domain].settings->unmet) {
        if (unmet.directive == "MDChallengeDns01" && proves_otherwise(domain, own))
            continue;
        Stop& stop = stops_[line_of(unmet.directive, own)];
        stop.unmet = unmet;
        stop.domains.push_back(domain);
    }
}

// Each line is told of once, whomever it stops.
void Lowering::tell_stops() {
    for (const auto& [directive, stop] : stops_) {
        const std::string place = sources_.origin(directive->at).text();
        for (std::size_t domain : stop.domains) {
            std::string& why = loaded_.desired.domains[domain].stopped;
            if (why.empty())
                why = stop.unmet.directive + " (" + place + "): " + stop.unmet.why;
        }
        const std::string& first = loaded_.desired.domains[stop.domains.front()].name();
        std::string who = in_quotes(first) + " is";
        if (stop.domains.size() > 1)
            who = std::to_string(stop.domains.size()) + " managed domains are";
        report_.stopped(directive->at,
                        stop.unmet.directive + ": " + stop.unmet.why + "; " + who + " not driven",
                        stop.unmet.hint);
    }
    if (loaded_.desired.domains.empty())
        tell_unmet_defaults();
}

void Lowering::tell_unmet_defaults() {
    for (const model::Unmet& unmet : defaults_->unmet)
        report_.warning(given_.at(unmet.directive)->at, unmet.directive + ": " + unmet.why,
                        unmet.hint);
}

void Lowering::stop(std::size_t domain, const Position& at, const std::string& why,
                    const std::string& hint) {
    model::ManagedDomain& managed = loaded_.desired.domains[domain];
    report_.stopped(at, why + "; " + in_quotes(managed.name()) + " is not driven", hint);
    if (managed.stopped.empty())
        managed.stopped = why + " (" + sources_.origin(at).text() + ")";
}

// What Let's Encrypt is known to refuse costs no order. Other CAs say themselves what they take.
void Lowering::check_keys(std::size_t domain, const Given& own) {
    const model::Settings& settings = *loaded_.desired.domains[domain].settings;
    if (!is_lets_encrypt(settings))
        return;
    auto refused = std::find_if(settings.keys.begin(), settings.keys.end(),
                                [](const model::KeySpec& key) { return !is_taken(key); });
    const Directive* line = line_of("MDPrivateKeys", own);
    if (refused != settings.keys.end() && line != nullptr)
        stop(domain, line->at, "Let's Encrypt takes no key of type " + refused->text(),
             "it takes RSA 2048, RSA 3072, RSA 4096, P-256 and P-384");
}

// When all names have joined.
void Lowering::check_limits() {
    for (std::size_t i = 0; i < loaded_.desired.domains.size(); ++i) {
        const model::ManagedDomain& managed = loaded_.desired.domains[i];
        const std::size_t count = managed.members.size();
        const NameIndex::Owner* first = names_.exact(managed.name());
        const bool is_driven =
            !managed.is_static() && managed.settings->drive_mode != model::DriveMode::manual;
        if (count <= most_names || first == nullptr || !is_driven)
            continue;
        const std::string has =
            in_quotes(managed.name()) + " has " + std::to_string(count) + " names";
        if (is_lets_encrypt(*managed.settings))
            stop(i, first->at, has + ", and Let's Encrypt takes 100 in a certificate",
                 "part them into several managed domains");
        else
            report_.warning(first->at, has + ": many CAs take no more than 100 in a certificate",
                            "part them into several managed domains");
    }
}

void Lowering::check_static(std::size_t domain, const Given& own) {
    const model::Settings& settings = *loaded_.desired.domains[domain].settings;
    const std::size_t certificates = settings.certificate_files.size();
    const std::size_t keys = settings.key_files.size();
    if (certificates == keys)
        return;
    auto line = own.find(keys < certificates ? "MDCertificateFile" : "MDCertificateKeyFile");
    if (line != own.end())
        stop(domain, line->second->at,
             "MDCertificateFile names " + std::to_string(certificates) +
                 " and MDCertificateKeyFile " + std::to_string(keys),
             "each certificate needs its key, in the same order");
}

// The names of a ManagedDomain or MDMember line; "auto" and "manual" may stand among them.
void Lowering::add_names(const Directive& directive, std::size_t domain) {
    for (const Argument& argument : directive.arguments) {
        if (auto mode = parse_member_mode(argument.text)) {
            loaded_.desired.domains[domain].settings.edit().members = *mode;
            remember(loaded_.domain_origins[domain].values,
                     {"MDMembers", OriginKind::section, sources_.origin(argument.at)});
            continue;
        }
        if (argument.text.starts_with('#'))
            return report_.error(argument.at, "a comment behind a directive",
                                 "put the comment on a line of its own");
        auto name = model::DomainName::parse(argument.text);
        if (name)
            add_name(*name, argument.at, domain);
        else
            report_.error(argument.at, name.error());
    }
}

void Lowering::add_name(const Identifier& name, const Position& at, std::size_t domain) {
    const NameIndex::Owner* former = names_.add(name, domain, at);
    if (former != nullptr) {
        if (former->domain != domain)
            report_overlap(name, *former, {domain, at});
        return;
    }
    if (const std::string why = why_private(name); !why.empty())
        report_.warning(at, in_quotes(name.text()) + " " + why,
                        "no public CA gives a certificate for it");
    loaded_.desired.domains[domain].members.push_back({name, sources_.origin(at)});
}

// Exact repetitions were found while the names were added.
void Lowering::check_overlaps() {
    if (!names_.has_wildcards())
        return;
    for (const model::ManagedDomain& managed : loaded_.desired.domains) {
        for (const model::Member& member : managed.members) {
            const NameIndex::Owner* own = names_.exact(member.name.text());
            const NameIndex::Owner* wildcard = names_.wildcard_over(member.name.text());
            if (own == nullptr || wildcard == nullptr || wildcard->domain == own->domain)
                continue;
            bool is_later = own->domain > wildcard->domain;
            report_overlap(member.name, is_later ? *wildcard : *own, is_later ? *own : *wildcard);
        }
    }
}

void Lowering::report_overlap(const Identifier& name, const NameIndex::Owner& one,
                              const NameIndex::Owner& other) {
    report_.error(
        other.at, in_quotes(name.text()) + " is in two managed domains",
        "the other place is " + sources_.origin(one.at).text() + ": a name may be in one only");
}

void Lowering::resolve_paths() {
    model::ServerSettings& server = loaded_.desired.server;
    bool is_given = find_origin(loaded_.global_origins, "MDStoreDir") != nullptr;
    server.store_dir = path_below(server.server_root, is_given ? server.store_dir : "md");
    for (model::ManagedDomain& domain : loaded_.desired.domains) {
        const auto& issuers = domain.settings->issuers;
        for (std::size_t i = 0; i < issuers.size(); ++i)
            if (!issuers[i].ca_certificate_file.empty())
                domain.settings.edit().issuers[i].ca_certificate_file =
                    path_below(server.server_root, issuers[i].ca_certificate_file);
        if (!domain.is_static())
            continue;
        model::Settings& settings = domain.settings.edit();
        for (auto* files : {&settings.certificate_files, &settings.key_files})
            for (std::string& own : *files)
                own = path_below(server.server_root, own);
    }
}

// Most MDs are set as others are.
void Lowering::share_settings() {
    model::Sharing<model::Settings> sharing;
    for (model::ManagedDomain& domain : loaded_.desired.domains)
        domain.settings = sharing(std::move(domain.settings));
}

void Lowering::warn_of_what_can_not_be_proven() {
    const model::PortMap& ports = loaded_.desired.server.port_map;
    auto is_possible = [&](ChallengeType type) {
        return (type == ChallengeType::http_01 && ports.has_http()) ||
               (type == ChallengeType::tls_alpn_01 && ports.https);
    };
    for (const model::ManagedDomain& domain : loaded_.desired.domains) {
        const auto& types = domain.settings->challenges;
        if (!domain.stopped.empty() || std::any_of(types.begin(), types.end(), is_possible))
            continue;
        if (const NameIndex::Owner* first = names_.exact(domain.name()))
            report_.warning(
                first->at, "no way is left to prove that " + in_quotes(domain.name()) + " is yours",
                "http-01 needs port 80 of MDPortMap, tls-alpn-01 needs port 443");
    }
}

// httpd looks names up. Its Listen of another port than ours is none of our business.
void Lowering::check_listens() {
    const model::PortMap& ports = loaded_.desired.server.port_map;
    for (const Directive& directive : document_.globals) {
        if (directive.spec->name != "Listen")
            continue;
        const Argument& argument = directive.arguments[0];
        auto listen = parse_listen(argument.text);
        if (!listen || (listen->port != ports.http && listen->port != ports.https))
            continue;
        const std::string& address = listen->address;
        if (!address.empty() && !same_word(address, "localhost") && !is_ip_address(address))
            report_.warning(argument.at,
                            in_quotes(address) + " is not an IP address: nothing answers there",
                            "write the address itself; mdcertd looks no name up for Listen");
    }
}

}  // namespace md::config
