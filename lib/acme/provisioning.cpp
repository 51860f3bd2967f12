// SPDX-License-Identifier: Apache-2.0
#include "acme/provisioning.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace md::acme {
namespace {

using Setups = std::vector<std::string>;

bool is_among(const Setups& setups, const std::string& one) {
    return std::find(setups.begin(), setups.end(), one) != setups.end();
}

std::string type_mark(model::ChallengeType type) {
    return std::string(wire_name(type)) + ":";
}

// Takes those of a type out of `left`.
Setups take(Setups& left, model::ChallengeType type) {
    auto others = std::stable_partition(left.begin(), left.end(), [&](const std::string& one) {
        return !one.starts_with(type_mark(type));
    });
    Setups taken(std::make_move_iterator(others), std::make_move_iterator(left.end()));
    left.erase(others, left.end());
    return taken;
}

// As the solver has them, without the type.
Setups words_of(const Setups& setups, model::ChallengeType type) {
    Setups words;
    for (const std::string& one : setups)
        words.push_back(one.substr(type_mark(type).size()));
    return words;
}

}  // namespace

base::Task<void> Provisioning::add(const Setups& setups) {
    Setups all = co_await journal_.challenge_setups();
    for (const std::string& one : setups)
        if (!is_among(all, one))
            all.push_back(one);
    co_await journal_.keep_challenge_setups(std::move(all));
}

base::Task<void> Provisioning::forget(const Setups& setups) {
    if (setups.empty())
        co_return;
    Setups all = co_await journal_.challenge_setups();
    std::erase_if(all, [&](const std::string& one) { return is_among(setups, one); });
    co_await journal_.keep_challenge_setups(std::move(all));
}

base::Task<void> Provisioning::prepare(ChallengeSolver& solver,
                                       std::vector<ChallengeToProve> challenges) {
    Setups setups;
    for (const std::string& words : solver.setups(challenges))
        setups.push_back(type_mark(solver.type()) + words);
    if (!setups.empty())
        co_await add(setups);
    auto known = std::find_if(begun_.begin(), begun_.end(),
                              [&](const Begun& one) { return one.solver == &solver; });
    Begun& begun = known != begun_.end() ? *known : begun_.emplace_back(Begun{&solver, {}});
    begun.setups.insert(begun.setups.end(), setups.begin(), setups.end());
    co_await solver.prepare_all(std::move(challenges));
}

base::Task<void> Provisioning::seen() {
    for (const Begun& one : begun_)
        co_await one.solver->seen();
}

base::Task<void> Provisioning::conclude(base::Task<void> withdrawal, model::ChallengeType type,
                                        Setups setups) {
    std::string reason;
    try {
        co_await std::move(withdrawal);
        co_await forget(setups);
    } catch (const base::Error& error) {
        reason = error.what();
    }
    if (!reason.empty())
        log::warn("challenges could not be withdrawn", log::kv("domain", domain_),
                  log::kv("challenge", wire_name(type)), log::kv("reason", reason));
}

base::Task<void> Provisioning::withdraw() {
    // One whose withdrawal is cancelled is withdrawn again.
    for (; !begun_.empty(); begun_.pop_back()) {
        ChallengeSolver& solver = *begun_.back().solver;
        co_await conclude(solver.withdraw(), solver.type(), begun_.back().setups);
    }
}

base::Task<void> Provisioning::withdraw_left(const Solvers& solvers) {
    Setups left = co_await journal_.challenge_setups();
    for (const auto& solver : solvers) {
        const model::ChallengeType type = solver->type();
        Setups own = take(left, type);
        if (!own.empty())
            co_await conclude(solver->withdraw_left(words_of(own, type)), type, own);
    }
    // Of the other types nothing outlives a process; mod_md journals them as well.
    for (const std::string& one : take(left, model::ChallengeType::dns_01))
        log::warn("what a former attempt set up stays, no way to withdraw it is configured",
                  log::kv("domain", domain_), log::kv("setup", one));
}

}  // namespace md::acme
