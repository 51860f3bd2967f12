// SPDX-License-Identifier: Apache-2.0
// A managed domain (MD): names that share one certificate per key type, and their settings.
#pragma once

#include "model/identifier.hpp"
#include "model/settings.hpp"
#include "model/shared.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace md::model {

// Where something was written, for every message that speaks of it.
struct Origin {
    Shared<std::string> file;
    unsigned line = 0;

    // "FILE:LINE"
    std::string text() const { return *file + ":" + std::to_string(line); }
    bool operator==(const Origin&) const = default;
};

// A name of an MD and the line it came from: ManagedDomain, MDMember, or a virtual host that
// joined.
struct Member {
    Identifier name;
    Origin origin;

    bool operator==(const Member&) const = default;
};

struct ManagedDomain {
    std::vector<Member> members;  // never empty; the first name is the MD's name
    Shared<Settings> settings;
    bool used = true;  // a virtual host has one of its names, or there are no virtual hosts at all
    Origin origin;
    std::string stopped;  // what it asks for and cannot get, with the place; "" = nothing

    const std::string& name() const { return members.front().name.text(); }

    // True when a name of the MD equals the other or, as a wildcard, covers it.
    bool covers(const Identifier& other) const {
        return std::any_of(members.begin(), members.end(),
                           [&](const Member& member) { return member.name.covers(other); });
    }
    // The names as ordered and certified: those a wildcard of the same MD covers are left out,
    // since a CA refuses an order that has both.
    std::vector<Identifier> certificate_names() const {
        std::vector<Identifier> names;
        for (const Member& member : members)
            if (std::none_of(members.begin(), members.end(), [&](const Member& other) {
                    return other.name.is_wildcard() && other.name != member.name &&
                           other.name.covers(member.name);
                }))
                names.push_back(member.name);
        return names;
    }
    // Another certificate, or another way to it, is asked for; where that is written is no matter.
    bool differs_from(const ManagedDomain& other) const {
        auto same_name = [](const Member& mine, const Member& its) {
            return mine.name == its.name;
        };
        return settings != other.settings ||
               !std::equal(members.begin(), members.end(), other.members.begin(),
                           other.members.end(), same_name);
    }
    // Its certificate is a file of the administrator's (MDCertificateFile).
    bool is_static() const { return !settings->certificate_files.empty(); }
    // Mode auto drives used MDs, always drives all, manual none; what is stopped or static never
    // is.
    bool driven() const {
        if (!stopped.empty() || is_static())
            return false;
        return settings->drive_mode == DriveMode::always ||
               (settings->drive_mode == DriveMode::automatic && used);
    }
};

}  // namespace md::model
