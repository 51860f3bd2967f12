// SPDX-License-Identifier: Apache-2.0
// Where a half-done issuance is kept, so that a restart asks the CA and goes on.
#pragma once

#include "acme/messages.hpp"
#include "base/task.hpp"
#include "crypto/private_key.hpp"
#include "model/identifier.hpp"
#include "model/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::acme {

// Every call is durable when it resumes. Real: drive/staging. In tests:
// tests/support/memory_journal.hpp.
class IssueJournal {
public:
    virtual ~IssueJournal() = default;
    // What a former attempt left.
    virtual base::Task<std::optional<std::string>> order_url() = 0;
    virtual base::Task<std::optional<crypto::PrivateKey>> key() = 0;
    virtual base::Task<void> order_placed(const Order& order) = 0;
    virtual base::Task<void> key_made(const crypto::PrivateKey& key) = 0;
    // The order is of no more use: forget it and its key.
    virtual base::Task<void> order_dropped() = 0;

    // What stands, or may stand, outside of this process for the order's challenges:
    // "dns-01:NAME TXT". Kept as long as the order is.
    virtual base::Task<std::vector<std::string>> challenge_setups() = 0;
    virtual base::Task<void> keep_challenge_setups(std::vector<std::string> setups) = 0;

    // For people and for the failure record: "account", "order", "challenge", ...
    virtual void stage(std::string_view stage) = 0;
    // The answer is in place, and the CA not told yet. Throws base::Error to have it not told.
    virtual base::Task<void> challenge_ready(model::ChallengeType type, model::Identifier name) = 0;
};

}  // namespace md::acme
