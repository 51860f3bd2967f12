// SPDX-License-Identifier: Apache-2.0
#include "admin/status.hpp"

#include "admin/domain_json.hpp"
#include "admin/status_table.hpp"
#include "base/error.hpp"
#include "base/printable.hpp"
#include "json/members.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace md::admin {
namespace {

using nlohmann::json;

json frame_of(const Selection& selection) {
    json result{{"version", MDCERTD_VERSION}};
    for (const std::string& name : selection.unknown)
        result["unknown-names"].push_back(base::printable(name));
    return result;
}

model::Log log_of_attempts(const model::ObservedDomain& held, const model::ManagedDomain& wanted,
                           const ReadLog& read_log) {
    return held.attempts && read_log ? read_log(wanted.name()) : model::Log();
}

}  // namespace

Selection select(const model::DesiredState& desired, const std::vector<std::string>& names) {
    Selection selection;
    std::vector<std::optional<model::Identifier>> parsed;
    for (const std::string& text : names) {
        auto name = model::Identifier::parse(text);
        parsed.push_back(name ? std::optional(*name) : std::nullopt);
    }
    std::vector<bool> known(names.size());
    for (const model::ManagedDomain& domain : desired.domains) {
        bool selected = names.empty();
        for (std::size_t i = 0; i < names.size(); ++i)
            if (parsed[i] && domain.covers(*parsed[i]))
                known[i] = selected = true;
        if (selected)
            selection.domains.push_back(&domain);
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!known[i])
            selection.unknown.push_back(names[i]);
    return selection;
}

std::vector<const model::ManagedDomain*> select_known(const model::DesiredState& desired,
                                                      const std::vector<std::string>& names) {
    Selection selection = select(desired, names);
    if (!selection.unknown.empty())
        throw base::Error("no managed domain has the name '" +
                          base::printable(selection.unknown.front()) + "'");
    return std::move(selection.domains);
}

json status_json(const model::DesiredState& desired, const model::ObservedState& observed,
                 sys_seconds now, const std::vector<std::string>& names, const ReadLog& read_log) {
    Selection selection = select(desired, names);
    json result = frame_of(selection);
    result["managed-domains"] = json::array();
    for (const model::ManagedDomain* domain : selection.domains) {
        const model::ObservedDomain& held = observed.of(domain->name());
        result["managed-domains"].push_back(
            domain_json(domain_status(*domain, held, desired.server, now,
                                      log_of_attempts(held, *domain, read_log), !names.empty())));
    }
    return result;
}

std::string status_document(const model::DesiredState& desired,
                            const model::ObservedState& observed, sys_seconds now,
                            const std::vector<std::string>& names, const json& more,
                            const ReadLog& read_log) {
    Selection selection = select(desired, names);
    std::string text = "{\"managed-domains\":[";
    for (const model::ManagedDomain* domain : selection.domains) {
        const model::ObservedDomain& held = observed.of(domain->name());
        text += text.ends_with('[') ? "" : ",";
        text += domain_json(domain_status(*domain, held, desired.server, now,
                                          log_of_attempts(held, *domain, read_log), !names.empty()))
                    .dump();
    }
    json frame = frame_of(selection);
    frame.update(more);
    return text + "]," + frame.dump().substr(1);
}

bool keep_failing(json& status) {
    const auto whole = md::json::Members::printable(status);
    const bool daemon_runs = whole.text("daemon") == "running";
    json failing = json::array();
    if (const json* domains = whole.find("managed-domains"))
        for (const json& domain : *domains)
            if (in_trouble(read_domain(domain), daemon_runs))
                failing.push_back(domain);
    const bool is_any = !failing.empty() || !whole.text("reload-problem").empty();
    status["managed-domains"] = std::move(failing);
    return is_any;
}

}  // namespace md::admin
