// SPDX-License-Identifier: Apache-2.0
#include "config/hosts.hpp"

#include "config/origins.hpp"
#include "config/private_names.hpp"
#include "config/schema.hpp"
#include "config/spelling.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace md::config {
namespace {

struct Host {
    Position at;
    std::vector<Argument> names;     // plain ones, lower case, ServerName first
    std::vector<Argument> patterns;  // aliases with * or ?
    const Argument* admin = nullptr;
    bool is_tls = false;
    bool is_nameless = false;       // httpd names it after the machine or its address
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
            if (!names_https)
                continue;
            if (auto listen = parse_listen(directive.arguments[0].text))
                https_ports_.push_back(":" + std::to_string(listen->port));
        }
    }

    std::optional<bool> engine(const Directive& directive) const {
        // A host with "optional" waits for RFC 2817's upgrade: mod_ssl gives it no certificate.
        static constexpr Keyword<bool> words[] = {
            {"on", true}, {"off", false}, {"optional", false}};
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

// The last ServerName of a list of directives counts, as in httpd.
const Argument* server_name(const std::vector<Directive>& directives) {
    auto last = std::find_if(
        directives.rbegin(), directives.rend(),
        [](const Directive& directive) { return directive.spec->name == "ServerName"; });
    return last == directives.rend() ? nullptr : &last->arguments[0];
}

// "*:443", "_default_", "0.0.0.0:443", "[::]:443", "443".
bool is_any_address(std::string_view address) {
    const auto colon = address.rfind(':');
    const auto bracket = address.rfind(']');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    const std::string host = lower(has_port ? address.substr(0, colon) : address);
    return host.empty() || host == "*" || host == "_default_" || host == "0.0.0.0" ||
           host == "[::]" || host.find_first_not_of("0123456789") == std::string::npos;
}

bool has_undefined_variable(const Argument& argument) {
    return argument.text.find("${") != std::string::npos;
}

void add_name(Host& host, const Argument& argument, Report& report) {
    Argument name{host_name(argument.text), argument.at};
    if (name.text.find_first_of("*?") != std::string::npos)
        return report.error(argument.at, "a ServerName is one name",
                            "write ServerAlias for names with * or ?");
    host.names.insert(host.names.begin(), std::move(name));
}

// A host without a name of its own has the one outside of the hosts where it is for any address;
// else httpd asks the DNS, which mdcertd does not.
void name_host(Host& host, const HostBlock& block, const Argument* main_name, Report& report) {
    const std::vector<Argument>& addresses = block.opening.arguments;
    const Argument* name = server_name(block.body);
    const bool takes_main_name =
        name == nullptr && std::any_of(addresses.begin(), addresses.end(), [](const Argument& one) {
            return is_any_address(one.text);
        });
    if (takes_main_name)
        name = main_name;
    if (name == nullptr)
        host.is_nameless = true;
    else if (!has_undefined_variable(*name))
        add_name(host, *name, report);
}

Host read_host(const HostBlock& block, const TlsRule& tls, const Argument* main_name,
               Report& report) {
    Host host;
    host.at = block.opening.at;
    host.is_tls = tls.is_tls(block);
    for (const Directive& directive : block.body) {
        if (directive.spec->name == "ServerAdmin")
            host.admin = &directive.arguments[0];
        if (directive.spec->name != "ServerAlias")
            continue;
        for (const Argument& argument : directive.arguments) {
            const bool is_pattern = argument.text.find_first_of("*?") != std::string::npos;
            auto& list = is_pattern ? host.patterns : host.names;
            list.push_back({lower(argument.text), argument.at});
        }
    }
    name_host(host, block, main_name, report);
    return host;
}

// The virtual hosts of one configuration and what they do to its MDs.
class Joining {
public:
    Joining(const Sources& sources, NameIndex& names, Loaded& loaded, Report& report)
        : sources_(sources), names_(names), loaded_(loaded), report_(report) {}

    void use(Host& host);
    void give_contact(const Host& host);
    void find_shared(const std::vector<Host>& hosts);
    void join(const Host& host);
    void warn_of_unused() const;

private:
    void use(Host& host, std::size_t domain, const std::string& name);
    bool takes_part(const Host& host) const;
    void join(const Argument& name, std::size_t domain);
    void tell_of_shared(const Argument& name, const Host& host);
    void tell(const Argument& name, const Host& host);

    const Sources& sources_;
    NameIndex& names_;
    Loaded& loaded_;
    Report& report_;
    std::unordered_set<std::string> shared_;  // names that hosts of several MDs have
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
        const auto& settings = loaded_.desired.domains[domain].settings;
        std::vector<std::string> contacts = settings->common().contacts;
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
        loaded_.desired.domains[domain].settings.edit().set_for_issuers(&model::Issuer::contacts,
                                                                        contacts);
        remember(origins,
                 {"MDContactEmail", OriginKind::virtual_host, sources_.origin(host.admin->at)});
    }
}

// Whether the names of a host join its MD.
bool Joining::takes_part(const Host& host) const {
    return host.is_tls && host.domains.size() == 1 &&
           loaded_.desired.domains[*host.domains.begin()].settings->members ==
               model::MemberMode::automatic;
}

void Joining::find_shared(const std::vector<Host>& hosts) {
    std::unordered_map<std::string, std::size_t> joining;
    for (const Host& host : hosts) {
        if (!takes_part(host))
            continue;
        for (const Argument& name : host.names) {
            if (names_.owner(name.text) != nullptr)
                continue;
            auto [found, is_new] = joining.emplace(name.text, *host.domains.begin());
            if (!is_new && found->second != *host.domains.begin())
                shared_.insert(name.text);
        }
    }
}

void Joining::join(const Host& host) {
    if (!host.is_tls || host.domains.empty())
        return;
    const std::size_t first = *host.domains.begin();
    if (host.is_nameless && takes_part(host))
        report_.warning(host.at, "this virtual host has no ServerName",
                        "httpd gives it one by DNS, which mdcertd does not know: write it");
    for (const Argument& name : host.names) {
        const NameIndex::Owner* owner = names_.owner(name.text);
        if (owner != nullptr && host.domains.contains(owner->domain))
            continue;
        if (!takes_part(host))
            tell(name, host);
        else if (shared_.contains(name.text))
            tell_of_shared(name, host);
        else
            join(name, first);
    }
}

void Joining::join(const Argument& name, std::size_t domain) {
    model::ManagedDomain& managed = loaded_.desired.domains[domain];
    auto parsed = model::DomainName::parse(name.text);
    if (!parsed)
        return report_.warning(
            name.at, parsed.error().what + "; it does not join " + in_quotes(managed.name()),
            parsed.error().hint);
    if (const std::string why = why_private(*parsed); !why.empty())
        return report_.warning(
            name.at,
            in_quotes(name.text) + " " + why + "; it does not join " + in_quotes(managed.name()),
            "no public CA gives a certificate for it: where yours does, name it in ManagedDomain");
    names_.add(*parsed, domain, name.at);
    managed.members.push_back({*parsed, sources_.origin(name.at)});
}

void Joining::tell_of_shared(const Argument& name, const Host& host) {
    const model::ManagedDomain& managed = loaded_.desired.domains[*host.domains.begin()];
    report_.warning(name.at,
                    in_quotes(name.text) + " joins no managed domain: virtual hosts of several, " +
                        in_quotes(managed.name()) + " among them, have it",
                    "name it in one of them");
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
    const Argument* main_name = server_name(document.globals);
    if (main_name != nullptr && has_undefined_variable(*main_name))
        main_name = nullptr;
    Joining joining(sources, names, loaded, report);
    std::vector<Host> hosts;
    for (const HostBlock& block : document.hosts)
        joining.use(hosts.emplace_back(read_host(block, tls, main_name, report)));
    joining.find_shared(hosts);
    // What joins must not decide which MDs the names of the other hosts meet: that was before.
    for (const Host& host : hosts) {
        joining.give_contact(host);
        joining.join(host);
    }
    joining.warn_of_unused();
}

}  // namespace md::config
