// SPDX-License-Identifier: Apache-2.0
// The places of MDServedAt in a test: what each shows, or that it refuses.
#pragma once

#include "base/error.hpp"
#include "http/served_probe.hpp"

#include <map>
#include <string>
#include <vector>

namespace md::test {

class ScriptedProbe final : public http::ServedProbe {
public:
    // By place, "HOST:PORT"; one that is not here refuses.
    std::map<std::string, model::CertificateFacts> shown;
    std::vector<std::string> looks;  // "NAME at HOST:PORT", as they came

    base::Task<model::CertificateFacts> look(model::ServedAt place, std::string name) override {
        looks.push_back(name + " at " + place.place());
        auto found = shown.find(place.place());
        if (found == shown.end())
            throw base::Error("connection refused");
        co_return found->second;
    }
};

}  // namespace md::test
