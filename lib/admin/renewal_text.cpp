// SPDX-License-Identifier: Apache-2.0
#include "admin/renewal_text.hpp"

#include "admin/domain_json.hpp"
#include "admin/status_words.hpp"
#include "json/members.hpp"

#include <set>

namespace md::admin {
namespace {

using md::json::Members;

std::set<std::string> names_in(const Members& status, const char* list) {
    const std::vector<std::string> names = status.texts(list);
    return {names.begin(), names.end()};
}

void add(RenewalReport& report, const DomainStatus& domain, bool unchanged, sys_seconds now) {
    const StatusWords words = words_of(domain, now);
    const std::string begin = words.name + ": ";
    if (!words.problem.empty()) {
        report.failed += begin + "not renewed: " + words.problem + "\n";
        if (!words.advice.empty())
            report.failed += begin + "what to do: " + words.advice + "\n";
        report.failed += begin + "next: " + words.next + "\n";
        return;
    }
    if (unchanged) {
        report.failed += begin +
                         "not renewed: its attempt was cut short, by the end of the daemon or a "
                         "reload; 'mdcertd log " +
                         words.name + "' has what is known\n";
        return;
    }
    report.done += begin + "renewed";
    if (words.until)
        report.done += ", valid until " + moment(*words.until, now);
    report.done += "\n";
    if (words.notification_failed)
        report.failed += begin + words.notification + "\n";
    else if (words.notification == "done")
        report.done += begin + "the servers were told (MDNotifyCmd succeeded)\n";
}

}  // namespace

RenewalReport renewal_report(const nlohmann::json& told, sys_seconds now) {
    const Members status = Members::printable(told);
    const std::set<std::string> waiting = names_in(status, "waiting");
    const std::set<std::string> unchanged = names_in(status, "unchanged");
    RenewalReport report;
    for (const DomainStatus& domain : read_domains(told)) {
        const std::string& name = domain.name;
        if (waiting.contains(name))
            report.failed +=
                name + ": waits for its turn: the CA's order rate is used up (MDOrderRate)\n";
        else
            add(report, domain, unchanged.contains(name), now);
    }
    return report;
}

}  // namespace md::admin
