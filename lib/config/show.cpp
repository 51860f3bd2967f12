// SPDX-License-Identifier: Apache-2.0
// The loaded configuration as text, which is configuration again, and as JSON; each setting with
// the line that gave it. Both go through the schema, row by row.
#include "config/config.hpp"
#include "config/lexer.hpp"
#include "config/origins.hpp"
#include "config/schema.hpp"
#include "config/spelling.hpp"

#include <nlohmann/json.hpp>

namespace md::config {
namespace {

using Json = nlohmann::ordered_json;

std::string_view word(OriginKind kind) {
    switch (kind) {
        case OriginKind::default_value:
            return "default";
        case OriginKind::global:
            return "global";
        case OriginKind::section:
            return "section";
        case OriginKind::virtual_host:
            return "virtual host";
    }
    return {};
}

// One setting as it is in force.
struct SettingInForce {
    const DirectiveSpec* spec;
    std::string value;  // "" = not set
    ValueOrigin origin;
};

ValueOrigin origin_of(const DirectiveSpec& spec, const std::vector<ValueOrigin>& nearer,
                      const std::vector<ValueOrigin>& farther) {
    const ValueOrigin* found = find_origin(nearer, spec.name);
    if (found == nullptr)
        found = find_origin(farther, spec.name);
    return found != nullptr ? *found : ValueOrigin{spec.name, OriginKind::default_value, {}};
}

std::vector<SettingInForce> server_settings(const Loaded& loaded) {
    std::vector<SettingInForce> result;
    for (const DirectiveSpec& spec : schema())
        if (spec.server.show != nullptr)
            result.push_back({&spec, spec.server.show(loaded.desired.server),
                              origin_of(spec, {}, loaded.global_origins)});
    return result;
}

std::vector<SettingInForce> domain_settings(const Loaded& loaded, std::size_t domain) {
    std::vector<SettingInForce> result;
    const model::Settings& settings = *loaded.desired.domains[domain].settings;
    const std::vector<ValueOrigin>& own = loaded.domain_origins[domain].values;
    for (const DirectiveSpec& spec : schema())
        if (spec.domain.show != nullptr)
            result.push_back(
                {&spec, spec.domain.show(settings), origin_of(spec, own, loaded.global_origins)});
    return result;
}

std::string place_text(const model::Origin& at) {
    return printable(at.text());
}

std::string origin_text(const ValueOrigin& origin) {
    std::string text(word(origin.kind));
    if (origin.kind != OriginKind::default_value)
        text += ", " + place_text(origin.at);
    return text;
}

// "# origin\nName value\n" for each line of the value.
void append_setting(std::string& text, const SettingInForce& shown, const std::string& indent) {
    std::string name(shown.spec->name);
    if (shown.value.empty()) {
        text += indent + "# " + name + " is not set (" + origin_text(shown.origin) + ")\n";
        return;
    }
    text += indent + "# " + origin_text(shown.origin) + "\n";
    for (std::size_t begin = 0; begin < shown.value.size();) {
        std::size_t end = std::min(shown.value.find('\n', begin), shown.value.size());
        text += indent + name + " " + shown.value.substr(begin, end - begin) + "\n";
        begin = end + 1;
    }
}

void append_domain(std::string& text, const Loaded& loaded, std::size_t index) {
    const model::ManagedDomain& domain = loaded.desired.domains[index];
    text += "\n";
    std::string names;
    for (const model::Member& member : domain.members) {
        text += "# " + member.name.text() + ": " + place_text(member.origin) + "\n";
        names += " " + as_word(member.name.text());
    }
    const DomainOrigins& origins = loaded.domain_origins[index];
    if (!origins.used_by.empty())
        text += "# in use by the virtual host of " + place_text(origins.used_at) + "\n";
    else if (!domain.used)
        text += "# not in use: no virtual host has one of its names\n";
    if (!domain.stopped.empty())
        text += "# stopped: " + printable(domain.stopped) + "\n";
    text += "<ManagedDomain" + names + ">\n";
    for (const SettingInForce& shown : domain_settings(loaded, index))
        append_setting(text, shown, "    ");
    text += "</ManagedDomain>\n";
}

// What makes an MD be in use when the text is read again.
void append_hosts(std::string& text, const Loaded& loaded) {
    if (!loaded.has_virtual_hosts)
        return;
    text += "\n# The virtual hosts, as far as they put managed domains to use\n";
    text += "<VirtualHost *:80>\n</VirtualHost>\n";
    for (const DomainOrigins& origins : loaded.domain_origins)
        if (!origins.used_by.empty())
            text += "<VirtualHost *:80>\n    ServerName " + as_word(origins.used_by) +
                    "\n</VirtualHost>\n";
}

Json origin_json(const ValueOrigin& origin) {
    Json json = {{"kind", word(origin.kind)}};
    if (origin.kind != OriginKind::default_value) {
        json["file"] = *origin.at.file;
        json["line"] = origin.at.line;
    }
    return json;
}

Json settings_json(const std::vector<SettingInForce>& settings) {
    Json json = Json::object();
    for (const SettingInForce& shown : settings) {
        Json value = nullptr;
        if (!shown.value.empty())
            value = shown.value;
        json[std::string(shown.spec->name)] = {{"value", value},
                                               {"origin", origin_json(shown.origin)}};
    }
    return json;
}

Json domain_json(const Loaded& loaded, std::size_t index) {
    const model::ManagedDomain& domain = loaded.desired.domains[index];
    Json names = Json::array();
    for (const model::Member& member : domain.members)
        names.push_back({{"name", member.name.text()},
                         {"file", *member.origin.file},
                         {"line", member.origin.line}});
    Json json = {{"name", domain.name()},
                 {"names", names},
                 {"used", domain.used},
                 {"driven", domain.driven()}};
    const DomainOrigins& origins = loaded.domain_origins[index];
    if (!origins.used_by.empty())
        json["used-by"] = {{"name", origins.used_by},
                           {"file", *origins.used_at.file},
                           {"line", origins.used_at.line}};
    if (!domain.stopped.empty())
        json["stopped"] = domain.stopped;
    json["settings"] = settings_json(domain_settings(loaded, index));
    return json;
}

}  // namespace

std::string show_config_text(const Loaded& loaded) {
    std::string text =
        "# The configuration as mdcertd understands it; above each setting is where "
        "it comes from.\n\n";
    for (const SettingInForce& shown : server_settings(loaded))
        append_setting(text, shown, "");
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i)
        append_domain(text, loaded, i);
    append_hosts(text, loaded);
    return text;
}

std::string show_config_json(const Loaded& loaded) {
    Json domains = Json::array();
    for (std::size_t i = 0; i < loaded.desired.domains.size(); ++i)
        domains.push_back(domain_json(loaded, i));
    Json json = {{"server", settings_json(server_settings(loaded))}, {"domains", domains}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace md::config
