// SPDX-License-Identifier: Apache-2.0
// The status as an HTML page for people: what needs somebody first, the rest by what is due
// soonest; light or dark as the browser has it, readable on a phone, without a script. Pure.
#pragma once

#include "admin/domain_status.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::admin {

class StatusPage {
public:
    static constexpr std::string_view content_type = "text/html; charset=utf-8";
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

    // Shows the `most` most urgent ones and counts the others.
    StatusPage(sys_seconds now, std::size_t most) : now_(now), most_(most) {}

    void add(const DomainStatus& status);

    struct Frame {
        std::string version;
        std::string reload_problem;  // "" when there is none
        std::string searched;        // of whom the page is, when not of all
    };
    std::string finished(const Frame& frame);

private:
    struct PageEntry {
        unsigned group;
        std::int64_t due;  // what comes soonest stands first
        std::string html;

        bool operator<(const PageEntry& other) const {
            return std::pair(group, due) < std::pair(other.group, other.due);
        }
    };
    void drop_the_least_urgent();
    std::size_t count_of(std::initializer_list<unsigned> groups) const;
    std::string verdict_on(std::size_t troubled, const std::string& searched) const;
    std::string summary() const;
    std::string list();

    sys_seconds now_;
    std::size_t most_;
    std::vector<PageEntry> entries_;  // up to twice as many as are shown
    std::size_t count_ = 0;
    std::map<unsigned, std::size_t> groups_;
};

}  // namespace md::admin
