// SPDX-License-Identifier: Apache-2.0
// An account kept in memory.
#pragma once

#include "acme/account.hpp"

#include <optional>
#include <utility>

namespace md::test {

class MemoryVault final : public acme::AccountVault {
public:
    std::optional<acme::AccountState> kept;
    std::optional<acme::AccountState> retired;
    unsigned saves = 0;

    base::Task<std::optional<acme::AccountState>> load() override { co_return kept; }
    base::Task<void> save(acme::AccountState account) override {
        kept = std::move(account);
        ++saves;
        co_return;
    }
    base::Task<void> retire() override {
        retired = std::exchange(kept, std::nullopt);
        co_return;
    }
};

}  // namespace md::test
