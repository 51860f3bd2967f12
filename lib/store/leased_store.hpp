// SPDX-License-Identifier: Apache-2.0
// A store as the holder of a lease has it: every commit carries the lease.
#pragma once

#include "store/store.hpp"

#include <utility>

namespace md::store {

class LeasedStore final : public Store {
public:
    // Both outlive it.
    LeasedStore(Store& store, Lease& lease) : store_(store), lease_(lease) {}

    base::Task<std::optional<Conflict>> commit(Batch batch) override {
        batch.lease = lease_.token();
        return store_.commit(std::move(batch));
    }

    base::Task<std::optional<std::string>> read(std::string key) override {
        return store_.read(std::move(key));
    }
    base::Task<StoredValue> look_up(std::string key) override {
        return store_.look_up(std::move(key));
    }
    base::Task<std::vector<std::string>> list(std::string prefix) override {
        return store_.list(std::move(prefix));
    }
    base::Task<std::vector<std::optional<std::string>>> versions(
        std::vector<std::string> prefixes) override {
        return store_.versions(std::move(prefixes));
    }
    base::Task<std::vector<std::string>> stand_ins(std::string name) override {
        return store_.stand_ins(std::move(name));
    }
    base::Task<std::multimap<std::string, std::string>> former_names() override {
        return store_.former_names();
    }
    std::shared_ptr<Watch> watch(std::string prefix) override {
        return store_.watch(std::move(prefix));
    }
    base::Task<std::shared_ptr<Lease>> acquire(std::string name, std::string owner) override {
        return store_.acquire(std::move(name), std::move(owner));
    }
    base::Task<bool> restore() override { return store_.restore(); }
    const base::Secret& passphrase() const override { return store_.passphrase(); }

private:
    Store& store_;
    Lease& lease_;
};

}  // namespace md::store
