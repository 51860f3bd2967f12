// SPDX-License-Identifier: Apache-2.0
// Which managed domain has a name: exactly, by a wildcard, or by a glob of a ServerAlias. Hashed,
// so that a hundred thousand names cost what they weigh.
#pragma once

#include "config/sources.hpp"
#include "model/identifier.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace md::config {

class NameIndex {
public:
    struct Owner {
        std::size_t domain;
        Position at;  // where the name stands
    };

    // The former owner of just this name, which stays; nullptr when it was free.
    const Owner* add(const model::Identifier& name, std::size_t domain, const Position& at);
    // Who has just this name.
    const Owner* exact(std::string_view name) const;
    // Who has the wildcard one label above it.
    const Owner* wildcard_over(std::string_view name) const;
    bool has_wildcards() const { return has_wildcards_; }
    // Who has the name in either way.
    const Owner* owner(std::string_view name) const;

    // The domains that have a plain name which the pattern (`*`: any characters, `?`: any one)
    // matches, each with one such name.
    std::vector<std::pair<std::size_t, std::string>> matching(std::string_view pattern) const;

private:
    struct Reversed {
        std::string name;  // backwards: names with a common end stand together
        std::size_t domain;
    };

    std::unordered_map<std::string, Owner> owners_;
    bool has_wildcards_ = false;
    mutable std::vector<Reversed> reversed_;  // sorted; made when a pattern first needs it
};

}  // namespace md::config
