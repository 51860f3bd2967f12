// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <utility>

namespace md::store {
namespace {

// Moved, not copied: it may be a key.
std::vector<Change> only(Change change) {
    std::vector<Change> changes;
    changes.push_back(std::move(change));
    return changes;
}

}  // namespace

base::Task<void> Store::change(std::vector<Change> changes) {
    Batch batch;
    batch.changes = std::move(changes);
    std::optional<Conflict> conflict = co_await commit(std::move(batch));
    if (conflict)
        throw base::Error("cannot change " + conflict->key + ": a conflict without expectations");
}

base::Task<void> Store::write(std::string key, std::string value) {
    return change(only(Put{std::move(key), std::move(value)}));
}

base::Task<void> Store::remove(std::string key) {
    return change(only(Remove{std::move(key)}));
}

base::Task<void> Store::activate(std::string name, std::map<std::string, std::string> values,
                                 FormerNames former) {
    return change(only(Activate{std::move(name), std::move(values), former}));
}

base::Task<void> Store::rename(std::string old_name, std::string new_name) {
    return change(only(Rename{std::move(old_name), std::move(new_name)}));
}

base::Task<void> Store::set_aside(std::string key) {
    return change(only(SetAside{std::move(key)}));
}

}  // namespace md::store
