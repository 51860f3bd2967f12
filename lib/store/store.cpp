// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <utility>

namespace md::store {

base::Task<void> Store::make(Change change) {
    Batch batch = batch_of(std::move(change));
    std::optional<Conflict> conflict = co_await commit(std::move(batch));
    if (conflict)
        throw base::Error("cannot change " + conflict->key + ": a conflict without expectations");
}

base::Task<void> Store::write(std::string key, std::string value) {
    return make(Put{std::move(key), std::move(value)});
}

base::Task<void> Store::remove(std::string key) {
    return make(Remove{std::move(key)});
}

base::Task<void> Store::activate(std::string name, std::map<std::string, std::string> values,
                                 FormerNames former) {
    return make(Activate{std::move(name), std::move(values), former});
}

base::Task<void> Store::rename(std::string old_name, std::string new_name) {
    return make(Rename{std::move(old_name), std::move(new_name)});
}

base::Task<void> Store::set_aside(std::string key) {
    return make(SetAside{std::move(key)});
}

}  // namespace md::store
