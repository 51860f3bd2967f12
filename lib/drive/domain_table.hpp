// SPDX-License-Identifier: Apache-2.0
// What is wanted of each MD and what the store holds of it, found by name: the two states that the
// loop, MDNotifyCmd and the follow-ups share.
#pragma once

#include "base/task.hpp"
#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "store/records.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace md::drive {

using Certificates = std::vector<model::CertificateFacts>;

class DomainTable {
public:
    // Called when what was told of the MD at this place of `desired` was changed.
    using Changed = std::function<void(std::size_t place)>;

    // The store outlives this.
    DomainTable(store::Store& store, model::DesiredState wishes, Changed changed)
        : desired(std::move(wishes)), store_(store), changed_(std::move(changed)) {
        index_names();
    }

    // Whoever replaces this, or the order of its domains, calls index_names().
    model::DesiredState desired;
    model::ObservedState observed;

    void index_names();
    // The place of the MD in `desired`, or none.
    std::optional<std::size_t> place_of(const std::string& name) const;
    const model::ManagedDomain* wanted(const std::string& name) const;

    // What this node has told of the set with these certificates, while that is the live one; else
    // nullptr. Asked for after each wait, so that nothing noted meanwhile is lost.
    model::Delivery* delivery_of(const std::string& name, const Certificates& made);
    // Stores it as it is now, with the news in the log; a store that does not take it is logged.
    // Then tells that it was changed.
    base::Task<void> keep_delivery(std::string name, store::News news);
    // What was read of an MD, but for what its owner, this, knows better: the delivery of the same
    // set.
    model::ObservedDomain merged(const std::string& name, model::ObservedDomain seen) const;

private:
    store::Store& store_;
    Changed changed_;
    std::vector<std::uint32_t> by_name_;  // places in `desired`, in the order of their names
};

}  // namespace md::drive
