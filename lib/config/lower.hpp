// SPDX-License-Identifier: Apache-2.0
// A Document becomes the desired state: a value in a section beats the one outside, wherever that
// stands, which beats the default. Checks that no name is in two managed domains.
#pragma once

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/name_index.hpp"

#include <map>

namespace md::config {

class Lowering {
public:
    Lowering(const Document& document, const Sources& sources, Report& report,
             const SourceReader& files)
        : document_(document), sources_(sources), report_(report), files_(files) {}

    // Everything of Loaded but the diagnostics.
    Loaded run();

private:
    // Of each directive, by its name, the last one.
    using Given = std::map<std::string_view, const Directive*>;

    // What a directive asks for and cannot get, and whom that stops.
    struct Stop {
        model::Unmet unmet;
        std::vector<std::size_t> domains;
    };

    void apply_globals();
    void check_port_map();
    bool is_for_httpd(const Directive& directive) const;
    void skip(const Directive& directive);
    void apply(const Directive& directive, model::Shared<model::Settings>& settings, Given& given,
               std::vector<ValueOrigin>& origins, OriginKind kind);
    void read_bindings(model::Shared<model::Settings>& settings);
    void apply_default_members(const Directive& directive);
    void add_domain(const DomainBlock& block);
    void add_names(const Directive& directive, std::size_t domain);
    void add_name(const model::Identifier& name, const Position& at, std::size_t domain);
    void check_wishes(std::size_t domain, const Given& own);
    const Directive* line_of(std::string_view directive, const Given& own) const;
    bool proves_otherwise(std::size_t domain, const Given& own) const;
    void note_stops(std::size_t domain, const Given& own);
    void stop(std::size_t domain, const Position& at, const std::string& why,
              const std::string& hint);
    void check_static(std::size_t domain, const Given& own);
    void check_keys(std::size_t domain, const Given& own);
    void check_limits();
    void tell_stops();
    void tell_unmet_defaults();
    void check_overlaps();
    void report_overlap(const model::Identifier& name, const NameIndex::Owner& one,
                        const NameIndex::Owner& other);
    void resolve_paths();
    void share_settings();
    void warn_of_what_can_not_be_proven();
    void check_listens();

    const Document& document_;
    const Sources& sources_;
    Report& report_;
    const SourceReader& files_;

    Loaded loaded_;
    model::Shared<model::Settings> defaults_;  // of all MDs: global values over built-in ones
    Given given_;                              // outside of sections
    std::map<const Directive*, Stop> stops_;
    NameIndex names_;
};

}  // namespace md::config
