// SPDX-License-Identifier: Apache-2.0
// The journal of an issuance in memory: what a restart would find, and the stages it went through.
#pragma once

#include "acme/issue.hpp"

#include <optional>
#include <string>
#include <vector>

namespace md::test {

class MemoryJournal final : public acme::IssueJournal {
public:
    std::optional<std::string> kept_url;
    std::optional<crypto::PrivateKey> kept_key;
    std::vector<std::string> stages;
    unsigned drops = 0;

    base::Task<std::optional<std::string>> order_url() override { co_return kept_url; }
    base::Task<std::optional<crypto::PrivateKey>> key() override { co_return kept_key; }
    base::Task<void> order_placed(const acme::Order& order) override {
        kept_url = order.url.text();
        co_return;
    }
    base::Task<void> key_made(const crypto::PrivateKey& key) override {
        kept_key = key;
        co_return;
    }
    base::Task<void> order_dropped() override {
        ++drops;
        kept_url.reset();
        kept_key.reset();
        co_return;
    }
    void stage(std::string_view stage) override { stages.emplace_back(stage); }
};

}  // namespace md::test
