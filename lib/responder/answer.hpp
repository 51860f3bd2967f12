// SPDX-License-Identifier: Apache-2.0
// What the responder says to one request: pure, total, the whole of DESIGN §8.
#pragma once

#include "challenge/challenge_board.hpp"
#include "model/settings.hpp"
#include "model/shared.hpp"
#include "server/exchange.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::responder {

// What is known of a managed name for answering.
struct Site {
    bool has_certificate = false;
    model::RequireHttps require_https = model::RequireHttps::off;
    // The name of its MD; "" = this is the one.
    model::Shared<std::string> domain = {};
    // Tells its certificates from those it had before.
    std::uint64_t certificates = 0;
};

// All managed names, lower case, wildcards included.
class Sites {
public:
    // Takes the place of what was known of the name. Many are best added in their order.
    void add(std::string name, Site site);
    // By exact name, then by the wildcard one label above it. The host is in lower case.
    const Site* find(std::string_view host) const;

private:
    class ByName {
    public:
        void put(std::string name, Site site);
        const Site* find(std::string_view name) const;

    private:
        std::vector<std::pair<std::string, Site>> entries_;  // in the order of the names
    };
    ByName names_;
    ByName wildcards_;  // by what follows "*."
};

// At the health path ("" = there is none) a load balancer sees that we are here, under any name.
server::Response answer(const server::Request& request, const challenge::ChallengeBoard& board,
                        const Sites& sites, std::string_view health_path = {});

}  // namespace md::responder
