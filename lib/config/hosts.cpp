// SPDX-License-Identifier: Apache-2.0
#include "config/hosts.hpp"

#include "config/origins.hpp"
#include "config/schema.hpp"
#include "config/spelling.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace md::config {
namespace {

struct Host {
    Position at;
    std::vector<Argument> names;     // plain ones, lower case, ServerName first
    std::vector<Argument> patterns;  // aliases with * or ?
    const Argument* admin = nullptr;
    bool is_tls = false;
    std::set<std::size_t> domains;  // the MDs that have one of its names
};

// Without "https://", port and final dot (RFC 1034 §3.1), lower case.
std::string host_name(std::string_view text) {
    auto scheme = text.find("://");
    if (scheme != std::string_view::npos)
        text.remove_prefix(scheme + 3);
    text = text.substr(0, text.find(':'));
    if (text.ends_with('.'))
        text.remove_suffix(1);
    return lower(text);
}

// SSLEngine of the outermost level, for hosts that say nothing themselves.
class TlsRule {
public:
    TlsRule(const Document& document, Report& report) : report_(report) {
        for (const Directive& directive : document.globals) {
            if (directive.spec->name == "SSLEngine")
                engine_ = engine(directive);
            bool names_https = directive.spec->name == "Listen" && directive.arguments.size() > 1 &&
                               same_word(directive.arguments[1].text, "https");
            auto listen = parse_listen(directive.arguments[0].text);
            if (names_https && listen)
                https_ports_.push_back(":" + std::to_string(listen->port));
        }
    }

    std::optional<bool> engine(const Directive& directive) const {
        static constexpr Keyword<bool> words[] = {{"on", true}, {"off", false}, {"optional", true}};
        auto on = parse_keyword(directive.arguments[0].text, words);
        if (on)
            return *on;
        report_.error(directive.arguments[0].at, on.error());
        return std::nullopt;
    }

    // As httpd does it: what SSLEngine says, else TLS on ports that are for https.
    bool is_tls(const HostBlock& block) const {
        std::optional<bool> said = engine_;
        for (const Directive& directive : block.body)
            if (directive.spec->name == "SSLEngine")
                said = engine(directive);
        if (said)
            return *said;
        const std::vector<Argument>& addresses = block.opening.arguments;
        return std::any_of(addresses.begin(), addresses.end(), [&](const Argument& address) {
            return std::any_of(
                https_ports_.begin(), https_ports_.end(),
                [&](const std::string& port) { return address.text.ends_with(port); });
        });
    }

private:
    Report& report_;
    std::optional<bool> engine_;
    std::vector<std::string> https_ports_ = {":443"};
};

Host read_host(const HostBlock& block, const TlsRule& tls) {
    Host host;
    host.at = block.opening.at;
    host.is_tls = tls.is_tls(block);
    for (const Directive& directive : block.body) {
        if (directive.spec->name == "ServerAdmin")
            host.admin = &directive.arguments[0];
        bool is_name = directive.spec->name == "ServerName";
        if (!is_name && directive.spec->name != "ServerAlias")
            continue;
        for (const Argument& argument : directive.arguments) {
            Argument name{is_name ? host_name(argument.text) : lower(argument.text), argument.at};
            bool is_pattern = name.text.find_first_of("*?") != std::string::npos;
            auto& list = is_pattern ? host.patterns : host.names;
            list.insert(is_name ? list.begin() : list.end(), std::move(name));
        }
    }
    return host;
}

// The virtual hosts of one configuration and what they do to its MDs.
class Joining {
public:
    Joining(const Sources& sources, NameIndex& names, Loaded& loaded, Report& report)
        : sources_(sources), names_(names), loaded_(loaded), report_(report) {}

    void use(Host& host);
    void give_contact(const Host& host);
    void join(const Host& host);
    void warn_of_unused() const;

private:
    void use(Host& host, std::size_t domain, const std::string& name);
    void join(const Argument& name, std::size_t domain);
    void tell(const Argument& name, const Host& host);

    const Sources& sources_;
    NameIndex& names_;
    Loaded& loaded_;
    Report& report_;
};

void Joining::use(Host& host, std::size_t domain, const std::string& name) {
    host.domains.insert(domain);
    model::ManagedDomain& managed = loaded_.desired.domains[domain];
    if (managed.used)
        return;
    managed.used = true;
    loaded_.domain_origins[domain].used_by = name;
    loaded_.domain_origins[domain].used_at = sources_.origin(host.at);
}

void Joining::use(Host& host) {
    for (const Argument& name : host.names)
        if (const NameIndex::Owner* owner = names_.owner(name.text))
            use(host, owner->domain, name.text);
    for (const Argument& pattern : host.patterns)
        for (const auto& [domain, name] : names_.matching(pattern.text))
            use(host, domain, name);
}

void Joining::give_contact(const Host& host) {
    if (host.admin == nullptr)
        return;
    for (std::size_t domain : host.domains) {
        std::vector<std::string>& contacts =
            loaded_.desired.domains[domain].settings.edit().contacts;
        std::vector<ValueOrigin>& origins = loaded_.domain_origins[domain].values;
        const ValueOrigin* given = find_origin(origins, "MDContactEmail");
        bool has_other =
            given == nullptr ? !contacts.empty() : given->kind != OriginKind::virtual_host;
        if (has_other)
            continue;
        auto contact = parse_contact(host.admin->text);
        if (!contact || !is_public_contact(*contact)) {
            report_.warning(
                host.admin->at,
                in_quotes(host.admin->text) + " is no address a CA takes: it is left out",
                "name the contact for certificates with MDContactEmail");
            return;
        }
        if (std::find(contacts.begin(), contacts.end(), *contact) != contacts.end())
            continue;
        contacts.push_back(*contact);
        remember(origins,
                 {"MDContactEmail", OriginKind::virtual_host, sources_.origin(host.admin->at)});
    }
}

void Joining::join(const Host& host) {
    if (!host.is_tls || host.domains.empty())
        return;
    for (const Argument& name : host.names) {
        const NameIndex::Owner* owner = names_.owner(name.text);
        if (owner != nullptr && host.domains.contains(owner->domain))
            continue;
        std::size_t first = *host.domains.begin();
        bool joins = host.domains.size() == 1 && loaded_.desired.domains[first].settings->members ==
                                                     model::MemberMode::automatic;
        if (joins)
            join(name, first);
        else
            tell(name, host);
    }
}

void Joining::join(const Argument& name, std::size_t domain) {
    model::ManagedDomain& managed = loaded_.desired.domains[domain];
    auto parsed = model::DomainName::parse(name.text);
    if (!parsed)
        return report_.warning(
            name.at, parsed.error().what + "; it does not join " + in_quotes(managed.name()),
            parsed.error().hint);
    if (const NameIndex::Owner* other = names_.owner(name.text))
        return report_.error(name.at, in_quotes(name.text) + " would join two managed domains",
                             "it joined " +
                                 in_quotes(loaded_.desired.domains[other->domain].name()) + " at " +
                                 sources_.origin(other->at).text() +
                                 ": name it in one of them, or set MDMembers manual");
    if (parsed->is_single_label())
        report_.warning(name.at,
                        in_quotes(name.text) + " is a name without a dot and joins " +
                            in_quotes(managed.name()),
                        "no public CA gives a certificate for it: MDMembers manual keeps it out");
    names_.add(*parsed, domain, name.at);
    managed.members.push_back({*parsed, sources_.origin(name.at)});
}

// Why a name of a TLS host has no certificate.
void Joining::tell(const Argument& name, const Host& host) {
    const model::ManagedDomain& managed = loaded_.desired.domains[*host.domains.begin()];
    if (host.domains.size() == 1)
        return report_.warning(name.at,
                               in_quotes(name.text) + " is not in managed domain " +
                                   in_quotes(managed.name()) + " as the rest of its virtual host",
                               "add it at " + managed.origin.text() + ", or set MDMembers auto");
    report_.warning(
        name.at, in_quotes(name.text) + " joins no managed domain",
        "its virtual host has names of several, " + in_quotes(managed.name()) + " and " +
            in_quotes(loaded_.desired.domains[*std::next(host.domains.begin())].name()) +
            ": name it in one of them");
}

// A single host in a file that is included takes all that stands for itself out of renewal.
void Joining::warn_of_unused() const {
    for (const model::ManagedDomain& managed : loaded_.desired.domains) {
        if (managed.used || managed.settings->drive_mode != model::DriveMode::automatic)
            continue;
        if (const NameIndex::Owner* first = names_.exact(managed.name()))
            report_.warning(
                first->at,
                in_quotes(managed.name()) + " is not renewed: no virtual host has one of its names",
                "MDDriveMode always has it renewed, manual leaves it alone");
    }
}

}  // namespace

void join_hosts(const Document& document, const Sources& sources, NameIndex& names, Loaded& loaded,
                Report& report) {
    loaded.has_virtual_hosts = !document.hosts.empty();
    TlsRule tls(document, report);
    Joining joining(sources, names, loaded, report);
    std::vector<Host> hosts;
    for (const HostBlock& block : document.hosts)
        joining.use(hosts.emplace_back(read_host(block, tls)));
    // What joins must not decide which MDs the names of the other hosts meet: that was before.
    for (const Host& host : hosts) {
        joining.give_contact(host);
        joining.join(host);
    }
    joining.warn_of_unused();
}

}  // namespace md::config
