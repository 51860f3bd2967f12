// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"

#include "config/account_binding.hpp"
#include "config/domain_settings.hpp"
#include "config/mod_md_directives.hpp"
#include "config/server_settings.hpp"
#include "config/spelling.hpp"

#include <algorithm>
#include <unordered_map>

namespace md::config {
namespace {

using model::Issuer;

constexpr unsigned anywhere = at_top | in_domain | in_host;
constexpr unsigned many = 1'000'000;

const DirectiveSpec rows[] = {
    // The daemon
    {
        .name = "ServerRoot",
        .arguments = "FOLDER",
        .default_value = "/var/lib/mdcertd",
        .example = "ServerRoot /srv/mdcertd",
        .sentence = "The folder below which relative paths start and the control socket lies. In a "
                    "file that holds directives of httpd it serves Include alone.",
        .server = one_word<&ServerSettings::server_root, codec::absolute_folder>,
    },
    {
        .name = "MDStoreDir",
        .arguments = "FOLDER",
        .default_value = "md",
        .example = "MDStoreDir /var/lib/certificates",
        .sentence =
            "The folder of the store: accounts, keys and certificates. Relative to ServerRoot.",
        .server = one_word<&ServerSettings::store_dir, codec::folder>,
    },
    {
        .name = "User",
        .is_shared = true,
        .arguments = "NAME",
        .default_value = "mdcertd",
        .example = "User mdcertd",
        .sentence = "The account mdcertd becomes when it is started as root. In a file that holds "
                    "directives of httpd it means httpd and is passed over.",
        .server = one_word<&ServerSettings::user, codec::account_name>,
    },
    {
        .name = "Group",
        .is_shared = true,
        .arguments = "NAME",
        .default_value = "mdcertd",
        .example = "Group mdcertd",
        .sentence = "The group mdcertd becomes when it is started as root; as with User, not the "
                    "one of an httpd file.",
        .server = one_word<&ServerSettings::group, codec::account_name>,
    },
    {
        .name = "LogLevel",
        .is_shared = true,
        .most = many,
        .arguments = "LEVEL [MODULE:LEVEL...]",
        .default_value = "info",
        .example = "LogLevel warn md:debug",
        .sentence = "What is logged: error, warn, info, debug or trace. The words of httpd are "
                    "understood; of module levels the one of md counts.",
        .server = {.set = set_log_level, .show = log_level_text},
    },
    {
        .name = "Listen",
        .most = 2,
        .arguments = "[ADDRESS:]PORT [PROTOCOL]",
        .example = "Listen 192.0.2.1:80",
        .sentence = "Narrows the addresses on which the responder answers at that port; without "
                    "any, all IPv6 and IPv4 addresses. May be repeated.",
        .server = {.set = add_listen, .show = listens_text},
    },
    {
        .name = "MDStatusListen",
        .arguments = "[ADDRESS:]PORT | none",
        .default_value = "none",
        .example = "MDStatusListen 9180",
        .sentence = "Where the status page, /status.json, /metrics and /healthz are; a port alone "
                    "is for this machine only. There is no password. May be repeated.",
        .server = {.set = add_status_listen, .show = status_listens_text},
    },
    {
        .name = "MDPortMap",
        .most = 2,
        .arguments = "80:PORT|unix:PATH|- [443:PORT|-]",
        .default_value = "80:80 443:443",
        .example = "MDPortMap 80:unix:/run/mdcertd/http.sock 443:-",
        .sentence = "Which local ports the world reaches as 80 and 443; '-' where it does not. A "
                    "web server that has port 80 passes the CA's questions on to a Unix socket, "
                    "or to a port below 1024: any local user could take another one.",
        .server = {.set = set_port_map, .show = port_map_text},
    },
    {
        .name = "MDHealthPath",
        .arguments = "PATH | none",
        .default_value = "none",
        .example = "MDHealthPath /healthz",
        .sentence = "The path at which the responder answers 200 on its ports, under any name, for "
                    "a load balancer that looks whether it is there; whatever renewals do.",
        .server = one_word<&ServerSettings::health_path, codec::health_path>,
    },
    {
        .name = "MDProxyProtocol",
        .most = many,
        .arguments = "(ADDRESS[/BITS] | unix)... | none",
        .default_value = "none",
        .example = "MDProxyProtocol 192.0.2.10 10.0.0.0/8",
        .sentence = "The load balancers that put a PROXY header (version 1 or 2) in front of what "
                    "they pass on: required of these addresses, or of the Unix socket, and refused "
                    "of all others. It gives nobody any right.",
        .server = {.set = set_proxy_protocol, .show = proxy_protocol_text},
    },
    {
        .name = "MDNotifyCmd",
        .is_raw = true,
        .most = many,
        .arguments = "PROGRAM [ARGUMENT...]",
        .example = "MDNotifyCmd /usr/lib/mdcertd/reload nginx",
        .sentence = "The program that is run when certificates are ready, with the names of their "
                    "managed domains as last arguments; again and again until it succeeds.",
        .server = {.set = set_notify_command, .show = notify_command_text},
    },
    {
        .name = "MDMessageCmd",
        .is_raw = true,
        .most = many,
        .arguments = "PROGRAM [ARGUMENT...]",
        .example = "MDMessageCmd /usr/local/bin/certificate-event",
        .sentence =
            "The program that is run for each event, with the reason (renewing, "
            "challenge-setup:TYPE:NAME, renewed, installed, expiring, errored) and the name "
            "of the managed domain as last arguments.",
        .server = {.set = set_message_command, .show = message_command_text},
    },
    {
        .name = "MDRetryDelay",
        .arguments = "DURATION",
        .default_value = "5s",
        .example = "MDRetryDelay 30s",
        .sentence = "How long the first retry waits after a passing trouble; it doubles with each "
                    "further one, up to an hour.",
        .server = one_word<&ServerSettings::retry_delay, codec::delay>,
    },
    {.name = "MDCheckInterval",
     .arguments = "DURATION",
     .default_value = "12h",
     .example = "MDCheckInterval 6h",
     .sentence =
         "How often, at least, all managed domains are looked at, and what lies on disk of them; "
         "not longer than 12 hours.",
     .server = {.set = set_check_interval, .show = check_interval_text}},
    {.name = "MDMaxParallel",
     .arguments = "NUMBER",
     .default_value = "8",
     .example = "MDMaxParallel 4",
     .sentence = "How many managed domains are driven at once, at most.",
     .server = one_word<&ServerSettings::max_parallel, codec::parallel>},
    {.name = "MDOrderRate",
     .most = 2,
     .arguments = "NUMBER DURATION | off | default",
     .default_value = "default",
     .example = "MDOrderRate 100 1h",
     .sentence =
         "How many orders are placed at a CA in any such time; those that expire soonest go "
         "first. The default is 300 in 3 hours for Let's Encrypt, off for other CAs.",
     .server = {.set = set_order_rate, .show = order_rate_text}},

    // The managed domains
    {
        .name = "ManagedDomain",
        .aliases = {"MDomain", "MDomainSet"},
        .scope = Scope::names,
        .places = at_top | in_host,
        .is_section = true,
        .most = many,
        .arguments = "NAME [NAME...] [auto|manual]",
        .example = "ManagedDomain example.org www.example.org",
        .sentence = "Names that share one certificate; the first one is the name of the managed "
                    "domain. As a section it holds settings of its own.",
    },
    {
        .name = "MDMember",
        .scope = Scope::names,
        .places = at_top | in_domain,
        .most = many,
        .arguments = "NAME [NAME...] | auto | manual",
        .example = "MDMember mail.example.org",
        .sentence =
            "In a section: further names of its managed domain. Outside: the same as MDMembers.",
        .setting = "MDMembers",
    },
    {
        .name = "MDMembers",
        .scope = Scope::names,
        .places = at_top | in_domain,
        .most = many,
        .arguments = "auto | manual",
        .default_value = "auto",
        .example = "MDMembers manual",
        .sentence = "Whether the names of a TLS virtual host that has one of a managed domain's "
                    "names join it (auto), or are only warned of (manual).",
        .domain = one_word<&Settings::members, codec::member_mode>,
    },
    {
        .name = "MDDriveMode",
        .aliases = {"MDRenewMode"},
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "auto | always | manual",
        .default_value = "auto",
        .example = "MDDriveMode always",
        .sentence = "Which managed domains get certificates: those in use (auto), all (always), "
                    "none (manual).",
        .domain = one_word<&Settings::drive_mode, codec::drive_mode>,
    },
    {
        .name = "MDRenewWindow",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "DURATION | PERCENT%",
        .default_value = "33%",
        .example = "MDRenewWindow 21d",
        .sentence =
            "How long before its end a certificate is renewed: a time, or a share of its lifetime.",
        .domain = one_word<&Settings::renew_window, codec::window>,
    },
    {
        .name = "MDWarnWindow",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "DURATION | PERCENT%",
        .default_value = "10%",
        .example = "MDWarnWindow 5d",
        .sentence =
            "How long before the end of a certificate MDMessageCmd is told daily that it is "
            "expiring: a time, or a share of its lifetime.",
        .domain = one_word<&Settings::warn_window, codec::window>,
    },
    {
        .name = "MDPrivateKeys",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .most = many,
        .arguments = "Default | (RSA [BITS] | P-256 | P-384)...",
        .default_value = "RSA 2048",
        .example = "MDPrivateKeys P-256 RSA 3072",
        .sentence =
            "The key of a new certificate; with several types there is one certificate for each.",
        .domain = {.set = set_keys, .show = keys_text},
    },
    {
        .name = "MDMustStaple",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "on | off",
        .default_value = "off",
        .example = "MDMustStaple on",
        .sentence = "Whether the certificate demands a stapled OCSP answer of its server.",
        .domain = one_word<&Settings::must_staple, codec::on_off>,
    },
    {.name = "MDRequireHttps",
     .scope = Scope::domain,
     .places = at_top | in_domain,
     .arguments = "off | temporary | permanent",
     .default_value = "off",
     .example = "MDRequireHttps temporary",
     .sentence = "Whether the responder sends requests on port 80 to https, for now or for good.",
     .domain = one_word<&Settings::require_https, codec::https_mode>},

    {.name = "MDServedAt",
     .scope = Scope::domain,
     .places = at_top | in_domain,
     .most = 24,
     .arguments = "HOST:PORT [starttls smtp|imap]...",
     .example = "MDServedAt mail.example.org:25 starttls smtp mail.example.org:993",
     .sentence = "Where the certificate is served: after the notification mdcertd looks whether it "
                 "is the new one.",
     .domain = {set_served_at, add_served_at, served_at_text}},

    {
        .name = "MDCertificateFile",
        .scope = Scope::domain,
        .places = in_domain,
        .arguments = "FILE",
        .example = "MDCertificateFile /etc/ssl/example.org.pem",
        .sentence = "The certificate is this file, which somebody else renews: mdcertd leaves the "
                    "managed domain alone. May be repeated. Relative to ServerRoot.",
        .domain = {set_certificate_file, add_certificate_file, certificate_files_text},
    },
    {
        .name = "MDCertificateKeyFile",
        .scope = Scope::domain,
        .places = in_domain,
        .arguments = "FILE",
        .example = "MDCertificateKeyFile /etc/ssl/private/example.org.key",
        .sentence = "The private key of an MDCertificateFile, one for each, in the same order.",
        .domain = {set_key_file, add_key_file, key_files_text},
    },

    // The certificate authority
    {
        .name = "MDCertificateAuthority",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .most = 16,
        .arguments = "URL | LetsEncrypt | LetsEncrypt-Test | ZeroSSL | Google | ...",
        .default_value = "https://acme-v02.api.letsencrypt.org/directory",
        .example = "MDCertificateAuthority LetsEncrypt-Test",
        .sentence = "The CA, by the URL of its directory or by its name; of several the next is "
                    "asked where one fails, see MDRetryFailover.",
        .domain = {.set = set_authorities, .show = authorities_text},
    },
    {
        .name = "MDRetryFailover",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "NUMBER",
        .default_value = "13",
        .example = "MDRetryFailover 5",
        .sentence = "After how many failures in a row at one CA the next of MDCertificateAuthority "
                    "is asked; after a success the first one is again.",
        .domain = one_word<&Settings::retry_failover, codec::failures>,
    },
    {
        .name = "MDCertificateAgreement",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "accepted | URL",
        .example = "MDCertificateAgreement accepted",
        .sentence =
            "That you agree to the CA's terms of service: in general, or to those at the URL.",
        .domain = one_word<&Issuer::agreement, codec::agreement>,
    },
    {
        .name = "MDPreferredChain",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "ROOT | none",
        .default_value = "none",
        .example = "MDPreferredChain \"ISRG Root X2\"",
        .sentence = "Of several chains that the CA gives, the one that leads to the root of this "
                    "common name.",
        .domain = one_word<&Settings::preferred_chain, codec::name>,
    },
    {.name = "MDProfile",
     .scope = Scope::domain,
     .places = at_top | in_domain,
     .arguments = "NAME | none",
     .default_value = "none",
     .example = "MDProfile shortlived",
     .sentence = "The kind of certificate that is asked for, of those that the CA offers.",
     .domain = one_word<&Issuer::profile, codec::name>},
    {.name = "MDProfileMandatory",
     .scope = Scope::domain,
     .places = at_top | in_domain,
     .arguments = "on | off",
     .default_value = "off",
     .example = "MDProfileMandatory on",
     .sentence = "Whether no certificate is ordered where the CA does not offer MDProfile; without "
                 "it, its usual one is.",
     .domain = one_word<&Issuer::profile_mandatory, codec::on_off>},
    {.name = "MDCertificateLifetime",
     .scope = Scope::domain,
     .places = at_top | in_domain,
     .arguments = "DURATION | none",
     .default_value = "none",
     .example = "MDCertificateLifetime 7d",
     .sentence = "How long a new certificate shall be valid, where the CA lets its customers "
                 "choose; it gives its usual one where it does not.",
     .domain = one_word<&Settings::certificate_lifetime, codec::lifetime>},
    {
        .name = "MDExternalAccountBinding",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .most = 3,
        .arguments = "KEY-ID HMAC-KEY [HS256 | HS384 | HS512] | FILE | none",
        .default_value = "none",
        .example =
            "MDExternalAccountBinding my-key-id zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG4",
        .sentence = "The account that you have at the CA, for one that asks for it: what the CA "
                    "shows, or a file {\"kid\": KEY-ID, \"hmac\": HMAC-KEY}.",
        .domain = {.set = set_account_binding, .show = account_binding_text},
    },
    {
        .name = "MDContactEmail",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .most = 16,
        .arguments = "ADDRESS",
        .example = "MDContactEmail certificates@example.org",
        .sentence = "Where the CA writes to. Without it ServerAdmin is taken.",
        .domain = {.set = set_contacts, .show = contacts_text},
    },
    {
        .name = "ServerAdmin",
        .scope = Scope::domain,
        .places = at_top | in_host,
        .is_shared = true,
        .arguments = "ADDRESS",
        .example = "ServerAdmin admin@example.org",
        .sentence = "The contact where no MDContactEmail is given; one in a virtual host counts "
                    "where there is none outside.",
        .setting = "MDContactEmail",
        .domain = {.set = set_server_admin},
    },
    {
        .name = "MDCertificateProtocol",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "ACME",
        .default_value = "ACME",
        .example = "MDCertificateProtocol ACME",
        .sentence = "How the CA is talked to; there is only one way.",
        .domain = {.set = check_protocol, .show = protocol_text},
    },
    {
        .name = "MDCACertificateFile",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .arguments = "FILE | none",
        .default_value = "none",
        .example = "MDCACertificateFile /etc/ssl/certs/our-ca.pem",
        .sentence = "The roots that the CA's own https certificate is checked against, instead of "
                    "the system's. Relative to ServerRoot.",
        .domain = one_word<&Issuer::ca_certificate_file, codec::ca_file>,
    },
    {
        .name = "MDCAChallenges",
        .scope = Scope::domain,
        .places = at_top | in_domain,
        .most = 16,
        .arguments = "TYPE...",
        .default_value = "tls-alpn-01 http-01",
        .example = "MDCAChallenges http-01",
        .sentence = "The ways to prove that a name is yours, in the order in which they are tried: "
                    "tls-alpn-01 (port 443), http-01 (port 80).",
        .domain = {.set = set_challenges, .show = challenges_text},
    },
    {.name = "MDHttpProxy",
     .scope = Scope::domain,
     .places = at_top | in_domain,
     .arguments = "URL | none",
     .default_value = "none",
     .example = "MDHttpProxy http://proxy.example.org:3128",
     .sentence =
         "The proxy through which the CA is reached; http://USER:PASSWORD@HOST:PORT logs in there.",
     .domain = {.set = set_http_proxy, .show = http_proxy_text}},

    // The virtual hosts of a web server
    {
        .name = "VirtualHost",
        .scope = Scope::host,
        .places = at_top,
        .is_line = false,
        .is_section = true,
        .most = many,
        .arguments = "ADDRESS:PORT...",
        .example = "<VirtualHost *:443>",
        .sentence = "A host of the web server, as in httpd's configuration: its names put managed "
                    "domains to use and join them. All else in it is passed over.",
    },
    {
        .name = "ServerName",
        .scope = Scope::host,
        .places = at_top | in_host,
        .is_shared = true,
        .arguments = "NAME",
        .example = "ServerName example.org",
        .sentence = "The name of a virtual host; scheme and port are dropped. Outside of them, the "
                    "name of those that have none and stand at an address such as *:443.",
    },
    {
        .name = "ServerAlias",
        .scope = Scope::host,
        .places = in_host,
        .is_shared = true,
        .most = many,
        .arguments = "NAME...",
        .example = "ServerAlias www.example.org",
        .sentence = "Further names of a virtual host. Those with * or ? in them put a managed "
                    "domain to use but do not join it.",
    },
    {.name = "SSLEngine",
     .scope = Scope::host,
     .places = at_top | in_host,
     .is_shared = true,
     .arguments = "on | off | optional",
     .example = "SSLEngine on",
     .sentence = "Whether a virtual host speaks TLS. Without it, those on port 443 do."},

    // The language
    {
        .name = "Include",
        .scope = Scope::language,
        .places = anywhere,
        .arguments = "FILE | FOLDER | PATTERN",
        .example = "Include sites/*.conf",
        .sentence =
            "Reads other files in its place. A relative name is looked for beside the "
            "including file and in the folders above it, then there for the files that "
            "included it, then below ServerRoot; in files of httpd as httpd does, below its "
            "ServerRoot. It is an error when nothing is found.",
    },
    {
        .name = "IncludeOptional",
        .scope = Scope::language,
        .places = anywhere,
        .arguments = "FILE | FOLDER | PATTERN",
        .example = "IncludeOptional conf.d/*.conf",
        .sentence = "The same; finding nothing is fine.",
    },
    {
        .name = "Define",
        .scope = Scope::language,
        .places = anywhere,
        .most = 2,
        .arguments = "NAME [VALUE]",
        .example = "Define SITE example.org",
        .sentence = "Gives ${NAME} a value; without a value it is for <IfDefine> only. What is not "
                    "defined is taken from the environment.",
    },
    {
        .name = "UnDefine",
        .scope = Scope::language,
        .places = anywhere,
        .arguments = "NAME",
        .example = "UnDefine SITE",
        .sentence = "Takes a Define, or a -D of the command line, back.",
    },
    {
        .name = "IfDefine",
        .scope = Scope::language,
        .places = anywhere,
        .is_line = false,
        .is_section = true,
        .arguments = "[!]NAME",
        .example = "<IfDefine SITE>",
        .sentence = "What is in it counts only when the name is defined, by Define or by -D; with "
                    "'!' only when it is not.",
    },
    {
        .name = "IfModule",
        .scope = Scope::language,
        .places = anywhere,
        .is_line = false,
        .is_section = true,
        .arguments = "[!]MODULE",
        .example = "<IfModule mdcertd>",
        .sentence = "What is in it counts when the module is present: when a LoadModule line that "
                    "was read names it, or where none was read; with '!' when it is not. md_module "
                    "always is. mdcertd is for mdcertd alone, !mdcertd for httpd alone.",
    },
    {
        .name = "IfVersion",
        .scope = Scope::language,
        .places = anywhere,
        .is_line = false,
        .is_section = true,
        .most = 2,
        .arguments = "[[!]OPERATOR] VERSION",
        .example = "<IfVersion >= 2.4>",
        .sentence = "What is in it counts when the version of httpd is so: =, <, <=, >, >=, or ~ "
                    "and =/ / with a regular expression. mdcertd reads files as httpd 2.4.71.",
    },
    {
        .name = "IfFile",
        .scope = Scope::language,
        .places = anywhere,
        .is_line = false,
        .is_section = true,
        .arguments = "[!]FILE",
        .example = "<IfFile sites/extra.conf>",
        .sentence = "What is in it counts when there is such a file or folder; a relative name is "
                    "looked for as with Include.",
    },
    {
        .name = "IfDirective",
        .scope = Scope::language,
        .places = anywhere,
        .is_line = false,
        .is_section = true,
        .arguments = "[!]DIRECTIVE",
        .example = "<IfDirective MDStatusListen>",
        .sentence = "What is in it counts when mdcertd, or a module of httpd that is present, has "
                    "the directive.",
    },
    {
        .name = "IfSection",
        .scope = Scope::language,
        .places = anywhere,
        .is_line = false,
        .is_section = true,
        .arguments = "[!]SECTION",
        .example = "<IfSection VirtualHost>",
        .sentence = "The same for a section.",
    },
    {
        .name = "Macro",
        .scope = Scope::language,
        .places = anywhere,
        .is_line = false,
        .is_section = true,
        .most = many,
        .arguments = "NAME [PARAMETER...]",
        .example = "<Macro site $host>",
        .sentence = "Lines that Use puts in its place, with its words in the place of the "
                    "parameters: $name, ${name}, %name; a word for @name is put in quotes.",
    },
    {
        .name = "Use",
        .scope = Scope::language,
        .places = anywhere,
        .most = many,
        .arguments = "MACRO [WORD...]",
        .example = "Use site example.org",
        .sentence = "Reads the lines of a macro here.",
    },
    {
        .name = "UndefMacro",
        .scope = Scope::language,
        .places = anywhere,
        .arguments = "MACRO",
        .example = "UndefMacro site",
        .sentence = "Takes the definition of a macro back.",
    },
};

std::vector<std::string_view> all_names() {
    std::vector<std::string_view> names;
    for (const DirectiveSpec& row : rows) {
        names.push_back(row.name);
        for (std::string_view alias : row.aliases)
            if (!alias.empty())
                names.push_back(alias);
    }
    for (const DirectiveSpec& row : mod_md_directives())
        names.push_back(row.name);
    return names;
}

// How far off a name may be and still mean one of ours. Names of up to four letters are too near to
// too much (httpd's Use is not User).
unsigned tolerance(std::string_view name) {
    if (name.size() <= 4)
        return 0;
    return name.size() == 5 ? 1 : 2;
}

}  // namespace

std::span<const DirectiveSpec> schema() {
    return rows;
}

const DirectiveSpec* find_directive(std::string_view name) {
    static const auto by_name = [] {
        std::unordered_map<std::string, const DirectiveSpec*> result;
        for (const DirectiveSpec& row : rows) {
            result.emplace(lower(row.name), &row);
            for (std::string_view alias : row.aliases)
                if (!alias.empty())
                    result.emplace(lower(alias), &row);
        }
        for (const DirectiveSpec& row : mod_md_directives())
            result.emplace(lower(row.name), &row);
        return result;
    }();
    if (name.size() > 64)
        return nullptr;
    auto found = by_name.find(lower(name));
    return found == by_name.end() ? nullptr : found->second;
}

UnknownName judge_unknown(std::string_view name, bool guess) {
    static const std::vector<std::string_view> ours = all_names();
    UnknownName judged;
    std::string word = lower(name);
    judged.is_mistake = word.starts_with("md") || word.starts_with("managed");
    unsigned limit = judged.is_mistake ? 3 : tolerance(name);
    if (guess && limit > 0)
        judged.meant = closest(name, ours, limit).value_or(std::string_view());
    return judged;
}

}  // namespace md::config
