// SPDX-License-Identifier: Apache-2.0
// What is wanted of each MD and what the store was last seen to hold of it, found by name: the two
// states that the loop, MDNotifyCmd and the follow-ups share. What is told of a set is changed here
// and written to the store at once; all else comes from there.
#pragma once

#include "base/task.hpp"
#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "store/records.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace md::drive {

using Certificates = std::vector<model::CertificateFacts>;

class DomainTable {
public:
    // The store outlives this.
    DomainTable(store::Store& store, model::DesiredState wishes)
        : store_(store), desired_(std::move(wishes)) {
        index_names();
    }
    DomainTable(const DomainTable&) = delete;
    DomainTable& operator=(const DomainTable&) = delete;

    // To be read; they are changed by the functions below alone.
    const model::DesiredState& desired = desired_;
    const model::ObservedState& observed = observed_;

    // The former one.
    model::DesiredState replace(model::DesiredState wishes);
    // What the store holds of an MD now.
    void keep(const std::string& name, model::ObservedDomain held);
    void forget(const std::string& name) { observed_.domains.erase(name); }
    void forget_others_than(const std::set<std::string>& names);

    // Something was noted of the MD, which the loop has to take into account.
    void note_changed(std::string name) { changed_.insert(std::move(name)); }
    bool has_changed(const std::string& name) const { return changed_.contains(name); }
    // The names of those since this was asked last.
    std::set<std::string> take_changed() { return std::exchange(changed_, {}); }

    // nullptr: none is called so.
    const model::ManagedDomain* wanted(const std::string& name) const;

    // What this node has told of the set with these certificates, while that is the live one; else
    // nullptr. Asked for after each wait, so that nothing noted meanwhile is lost.
    model::Delivery* delivery_of(const std::string& name, const Certificates& made);
    // Stores it as it is now, with the news in the log; a store that does not take it is logged.
    // It has changed then.
    base::Task<void> keep_delivery(std::string name, store::News news);
    // What was read of an MD, but for what its owner, this, knows better: the delivery of the same
    // set.
    model::ObservedDomain merged(const std::string& name, model::ObservedDomain seen) const;

private:
    void index_names();

    store::Store& store_;
    model::DesiredState desired_;
    model::ObservedState observed_;
    std::set<std::string> changed_;
    std::vector<std::uint32_t> by_name_;  // places in `desired`, in the order of their names
};

}  // namespace md::drive
