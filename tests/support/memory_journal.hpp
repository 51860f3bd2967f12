// SPDX-License-Identifier: Apache-2.0
// The journal of an issuance in memory: what a restart would find, and the stages it went through.
#pragma once

#include "acme/issue.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace md::test {

class MemoryJournal final : public acme::IssueJournal {
public:
    std::optional<std::string> kept_url;
    std::optional<crypto::PrivateKey> kept_key;
    std::vector<std::string> kept_setups;
    std::vector<std::string> stages;
    std::vector<std::string> ready;  // names, in the order they were told
    unsigned drops = 0, setup_writes = 0;
    std::size_t lost_setups = 0;  // kept while their order was dropped

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
        lost_setups += kept_setups.size();
        kept_url.reset();
        kept_key.reset();
        kept_setups.clear();
        co_return;
    }
    base::Task<std::vector<std::string>> challenge_setups() override { co_return kept_setups; }
    base::Task<void> keep_challenge_setups(std::vector<std::string> setups) override {
        ++setup_writes;
        kept_setups = std::move(setups);
        co_return;
    }
    void stage(std::string_view stage) override { stages.emplace_back(stage); }
    base::Task<void> challenge_ready(model::ChallengeType, model::Identifier name) override {
        ready.push_back(name.text());
        co_return;
    }
};

}  // namespace md::test
