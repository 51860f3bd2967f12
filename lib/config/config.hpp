// SPDX-License-Identifier: Apache-2.0
// The door of the room: a file goes in, the desired state and everything there is to say about the
// file come out. Pure: files come through a SourceReader, the environment as a value.
#pragma once

#include "config/diagnostic.hpp"
#include "config/source_reader.hpp"
#include "config/variables.hpp"
#include "model/desired_state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::config {

// A directive or section of httpd that means nothing to mdcertd.
struct SkippedDirective {
    std::string name;  // "ErrorLog", "<Directory>"
    model::Origin origin;

    bool operator==(const SkippedDirective&) const = default;
};

enum class OriginKind { default_value, global, section, virtual_host };

// Who gave a setting its value; `at` is empty for a default.
struct ValueOrigin {
    std::string_view directive;  // the schema's name of it
    OriginKind kind = OriginKind::default_value;
    model::Origin at;
};

// What is known about one MD beyond its settings; same index as DesiredState::domains.
struct DomainOrigins {
    std::vector<ValueOrigin> values;  // what its section or a virtual host set
    std::string used_by;              // a virtual host's name that puts the MD to use; "" = none
    model::Origin used_at;            // that virtual host
};

// A ServerRoot that is httpd's, and the directive that makes its file one of httpd's.
struct PassedServerRoot {
    model::Origin at;
    std::string directive;
    model::Origin directive_at;
};

struct Loaded {
    model::DesiredState desired;
    std::vector<Diagnostic> diagnostics;      // ordered by place, at most 1000 of each severity
    std::vector<SkippedDirective> skipped;    // the first 10000 of them
    std::size_t skipped_count = 0;            // all of them
    std::vector<ValueOrigin> global_origins;  // what was set outside of sections
    std::vector<DomainOrigins> domain_origins;
    std::optional<PassedServerRoot> passed_server_root;  // the last one
    bool has_virtual_hosts = false;

    // True when there is no error; warnings and MDs that are stopped do not count.
    bool ok() const;
    std::size_t count(Severity severity) const;
};

struct Environment {
    EnvironmentVariables variables;    // ${NAME}
    std::vector<std::string> defines;  // -D NAME
};

// Reads the file and all it includes. Never throws for what stands in them; `desired` is whatever
// could be understood and is to be used only when ok().
Loaded load(const std::string& file, const SourceReader& source, const Environment& environment);

// Every setting with where it comes from. The text is valid configuration again; a proxy's password
// is masked in both forms.
std::string show_config_text(const Loaded& loaded);
std::string show_config_json(const Loaded& loaded);

}  // namespace md::config
