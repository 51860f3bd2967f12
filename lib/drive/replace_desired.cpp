// SPDX-License-Identifier: Apache-2.0
// A reload: what the store holds follows the new configuration, what runs goes on. An attempt whose
// MD was taken away meanwhile is an orphan; whoever has its names now waits for it and succeeds.
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
    changes_.all = true;
    hand_over();
}

// The store is read first, and what is renamed in it again; then both states are replaced in one
// go, since a plan made of the new wishes and the old observations would order what is held
// already.
base::Task<void> Reconcile::adopt(model::DesiredState desired) {
    auto turn = co_await reading_.take();
    std::set<std::string> busy = dispatcher_.running();
    Wanted idle;
    for (const model::ManagedDomain& domain : desired.domains)
        if (!busy.contains(domain.name()))
            idle.push_back(&domain);
    Observation seen = co_await look(context_.store, idle, table_.observed);
    std::set<std::string> successors =
        co_await rename_in_store(context_.store, desired, context_.clock.now(), busy);
    for (const model::ManagedDomain* domain : idle)
        if (successors.contains(domain->name())) {
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
    drop_what_is_not_wanted(former);
    read_at_ = context_.clock.now();
    replan_all(read_at_);
}

// Of those whose attempt ended while the store was read, it is asked again, until none has.
base::Task<void> Reconcile::look_at_ended(const model::DesiredState& desired,
                                          std::set<std::string>& busy, Observation& seen) {
    auto ended = [&](const model::ManagedDomain& domain) {
        return busy.contains(domain.name()) && !dispatcher_.is_running(domain.name());
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

void Reconcile::drop_what_is_not_wanted(const model::DesiredState& former) {
    for (const std::string& name : dispatcher_.replace(former, table_.desired))
        requests_.ended(name);
    std::set<std::string> names = dispatcher_.running();
    for (const model::ManagedDomain& domain : table_.desired.domains)
        names.insert(domain.name());
    table_.forget_others_than(names);
}

// An orphan has ended, well or badly; it still counts as running.
base::Task<void> Reconcile::follow_rename(std::string name) {
    std::set<std::string> busy = dispatcher_.running();
    busy.erase(name);
    std::vector<model::ManagedDomain> successors;
    for (const model::ManagedDomain& domain : table_.desired.domains)
        if (!dispatcher_.is_running(domain.name()) && dispatcher_.awaits_orphan(domain))
            successors.push_back(domain);
    if (successors.empty())
        co_return;
    model::DesiredState desired = table_.desired;  // another reload may come meanwhile
    co_await rename_in_store(context_.store, desired, context_.clock.now(), busy);
    for (const model::ManagedDomain& successor : successors) {
        model::ObservedDomain held = co_await observe_domain(context_.store, successor);
        keep(successor, table_.merged(successor.name(), std::move(held)));
    }
    dispatcher_.release(name);
    replan_all(context_.clock.now());
    changes_.all = true;
}

}  // namespace md::drive
