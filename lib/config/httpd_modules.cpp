// SPDX-License-Identifier: Apache-2.0
#include "config/httpd_modules.hpp"

#include "config/httpd_module_table.hpp"
#include "config/schema.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace md::config {
namespace {

// `apache2 -l` of Debian 12, and what we are.
constexpr std::string_view always_present[] = {
    "core.c",          "core_module",  "mod_so.c",      "so_module",        "mod_watchdog.c",
    "watchdog_module", "http_core.c",  "http_module",   "mod_log_config.c", "log_config_module",
    "mod_logio.c",     "logio_module", "mod_version.c", "version_module",   "mod_unixd.c",
    "unixd_module",    "mod_md.c",     "md_module",     "mdcertd"};

bool is_always_present(std::string_view name) {
    return std::find(std::begin(always_present), std::end(always_present), name) !=
           std::end(always_present);
}

// The source file of a module that is not called mod_NAME.c.
constexpr std::pair<std::string_view, std::string_view> other_files[] = {
    {"mpm_event_module", "event.c"},
    {"mpm_worker_module", "worker.c"},
    {"mpm_prefork_module", "prefork.c"},
    {"mpm_itk_module", "mpm_itk.c"},
    {"ldap_module", "util_ldap.c"}};

// "mod_ssl.c" of "ssl_module".
std::string source_file(std::string_view identifier) {
    for (const auto& [module, file] : other_files)
        if (module == identifier)
            return std::string(file);
    if (identifier.ends_with("_module"))
        identifier.remove_suffix(7);
    return "mod_" + std::string(identifier) + ".c";
}

// "mod_ssl.c" of "/usr/lib/apache2/modules/mod_ssl.so".
std::string source_of_library(std::string_view file) {
    file = file.substr(file.rfind('/') + 1);
    return std::string(file.substr(0, file.rfind('.'))) + ".c";
}

}  // namespace

void HttpdModules::load(std::string_view identifier, std::string_view file) {
    any_loaded_ = true;
    present_.emplace(identifier);
    const std::string source = source_file(identifier);
    present_.emplace(source);
    // Those that others make are often called after the file: php_module in libphp.so.
    present_.insert(source_of_library(file));
}

void HttpdModules::assume(std::string_view name) {
    if (any_loaded_)
        return;
    present_.emplace(name);
    if (name.ends_with("_module"))
        present_.insert(source_file(name));
    else if (name.starts_with("mod_") && name.ends_with(".c"))
        present_.insert(std::string(name.substr(4, name.size() - 6)) + "_module");
}

bool HttpdModules::has(std::string_view name) const {
    if (is_always_present(name))
        return true;
    return name != "mdcertd" && (!any_loaded_ || present_.contains(name));
}

bool HttpdModules::has_directive(std::string_view name) const {
    const bool is_section = name.starts_with('<');
    const DirectiveSpec* spec = find_directive(is_section ? name.substr(1) : name);
    const auto modules = httpd_modules_of(name);
    if (modules.empty() && spec != nullptr)  // ours alone
        return is_section ? spec->is_section : spec->is_line;
    if (!any_loaded_)
        return true;
    return std::any_of(modules.begin(), modules.end(),
                       [&](std::string_view module) { return has(module); });
}

namespace {

// Of httpd, and neither shared with mdcertd nor of mod_md.
bool is_of_httpd_alone(std::string_view word) {
    const bool is_section = word.starts_with('<');
    const auto modules = httpd_modules_of(word);
    return !modules.empty() && modules.front() != "mod_md.c" &&
           find_directive(is_section ? word.substr(1) : word) == nullptr;
}

}  // namespace

bool holds_httpd_directives(std::string_view text) {
    unsigned depth = 0;
    bool continued = false;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
        const bool is_first = !std::exchange(continued, line.ends_with('\\'));
        if (!is_first || line.empty() || line.front() == '#')
            continue;
        const std::string_view word = line.substr(0, line.find_first_of(" \t\r>", 1));
        if (line.starts_with("</")) {
            depth -= depth > 0 ? 1 : 0;
            continue;
        }
        if (depth == 0 && is_of_httpd_alone(word))
            return true;
        depth += line.front() == '<' ? 1 : 0;
    }
    return false;
}

}  // namespace md::config
