// SPDX-License-Identifier: Apache-2.0
// A reload: what the store holds follows the new configuration, what runs goes on. An attempt whose
// MD was taken away meanwhile is a stray; whoever has its names now waits for it and inherits.
#include "drive/observe.hpp"
#include "drive/reconcile.hpp"
#include "drive/rename.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {

base::Task<void> Reconcile::replace_desired(model::DesiredState desired) {
    adopting_ = true;
    std::exception_ptr failed;
    try {
        co_await adopt(std::move(desired));
    } catch (...) {
        failed = std::current_exception();
    }
    adopting_ = false;
    poke_.wake();
    if (failed)
        std::rethrow_exception(failed);
    on_change_(nullptr);
}

// The store is read first, and what is renamed in it again; then both states are replaced in one
// go, since a plan made of the new wishes and the old observations would order what is held
// already.
base::Task<void> Reconcile::adopt(model::DesiredState desired) {
    auto turn = co_await reading_.take();
    std::set<std::string> busy = running_;
    Wanted idle;
    for (const model::ManagedDomain& domain : desired.domains)
        if (!busy.contains(domain.name()))
            idle.push_back(&domain);
    Observation seen = co_await look(context_.store, idle, table_.observed);
    std::set<std::string> heirs =
        co_await rename_in_store(context_.store, desired, context_.clock.now(), busy);
    for (const model::ManagedDomain* domain : idle)
        if (heirs.contains(domain->name())) {
            model::ObservedDomain held = co_await observe_domain(context_.store, *domain);
            seen.state.domains[domain->name()] = std::move(held);
        }
    co_await look_at_ended(desired, busy, seen);
    model::DesiredState former = table_.replace(std::move(desired));
    std::map<std::string, const model::ManagedDomain*> formerly;
    for (const model::ManagedDomain& domain : former.domains)
        formerly[domain.name()] = &domain;
    for (const model::ManagedDomain& domain : table_.desired.domains) {
        const std::string& name = domain.name();
        if (!busy.contains(name))
            take_up(domain, std::move(seen.state.domains[name]), formerly[name]);
    }
    note_strays(former);
    drop_what_is_not_wanted();
    read_at_ = context_.clock.now();
    replan_all(read_at_);
}

// Of those whose attempt ended while the store was read, it is asked again, until none has.
base::Task<void> Reconcile::look_at_ended(const model::DesiredState& desired,
                                          std::set<std::string>& busy, Observation& seen) {
    auto ended = [&](const model::ManagedDomain& domain) {
        return busy.contains(domain.name()) && !running_.contains(domain.name());
    };
    auto next = desired.domains.begin();
    while ((next = std::find_if(desired.domains.begin(), desired.domains.end(), ended)) !=
           desired.domains.end()) {
        busy.erase(next->name());
        model::ObservedDomain held = co_await observe_domain(context_.store, *next);
        seen.state.domains[next->name()] = std::move(held);
    }
}

void Reconcile::take_up(const model::ManagedDomain& domain, model::ObservedDomain held,
                        const model::ManagedDomain* former) {
    keep(domain, table_.merged(domain.name(), std::move(held)),
         former != nullptr && domain.differs_from(*former));
}

void Reconcile::note_strays(const model::DesiredState& former) {
    for (const model::ManagedDomain& domain : former.domains)
        if (running_.contains(domain.name()))
            strays_.emplace(domain.name(), domain);
    std::erase_if(strays_,
                  [this](const auto& stray) { return table_.wanted(stray.first) != nullptr; });
}

void Reconcile::drop_what_is_not_wanted() {
    std::set<std::string> names;
    for (const model::ManagedDomain& domain : table_.desired.domains)
        names.insert(domain.name());
    requests_.drop_others_than(names);
    names.insert(running_.begin(), running_.end());
    table_.forget_others_than(names);
}

bool Reconcile::awaits_former_self(const model::ManagedDomain& domain) const {
    return std::any_of(strays_.begin(), strays_.end(), [&](const auto& stray) {
        const auto& members = stray.second.members;
        return std::any_of(members.begin(), members.end(),
                           [&](const model::Member& member) { return domain.covers(member.name); });
    });
}

// A stray has ended, well or badly; it still counts as running.
base::Task<void> Reconcile::follow_rename(std::string name) {
    std::set<std::string> busy = running_;
    busy.erase(name);
    std::vector<model::ManagedDomain> heirs;
    for (const model::ManagedDomain& domain : table_.desired.domains)
        if (!running_.contains(domain.name()) && awaits_former_self(domain))
            heirs.push_back(domain);
    if (heirs.empty())
        co_return;
    model::DesiredState desired = table_.desired;  // another reload may come meanwhile
    co_await rename_in_store(context_.store, desired, context_.clock.now(), busy);
    for (const model::ManagedDomain& heir : heirs) {
        model::ObservedDomain held = co_await observe_domain(context_.store, heir);
        keep(heir, table_.merged(heir.name(), std::move(held)));
    }
    strays_.erase(name);
    replan_all(context_.clock.now());
}

}  // namespace md::drive
