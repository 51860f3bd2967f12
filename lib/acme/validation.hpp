// SPDX-License-Identifier: Apache-2.0
// While the CA validates (RFC 8555 §7.5.1): the challenges are answered, the CA is told to look,
// and what stands in the way meanwhile is waited out, for an answer taken away now is a failed
// validation, of which CAs forgive few (Let's Encrypt: 5 an hour).
#pragma once

#include "acme/account.hpp"
#include "acme/challenge_solver.hpp"
#include "acme/retry.hpp"
#include "base/clock.hpp"
#include "base/nursery.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace md::acme {

class Validation {
public:
    // What is referred to outlives this. `wanted`: challenge types, the most wanted first;
    // `domain`: the MD's name, for the log.
    Validation(base::asio::any_io_executor executor, Account& account, base::Clock& clock,
               const std::vector<ChallengeSolver*>& solvers,
               const std::vector<model::ChallengeType>& wanted, std::string domain);

    // All answers are in place before the first is asked for: one that cannot be given would take
    // those away that the CA is validating. Throws AcmeError.
    base::Task<void> begin(std::vector<Authorization> authorizations);
    // Until the order is worth a look: at the CA's pace, or when the validators have come and gone.
    // Throws AcmeError (passing) when the CA has not decided within five minutes.
    base::Task<void> pause(std::optional<sys_seconds> retry_after);
    // After a look: null, or what was thrown. That is waited out where it passes soon, else thrown.
    base::Task<void> looked(std::exception_ptr trouble);
    // RFC 8555 §8.3: the CA has decided, or nobody cares any more. Waits for what answered.
    base::Task<void> stop();

private:
    // A challenge whose answer is in place: how the CA is told to look.
    struct Question {
        http::Url url;
        std::optional<http::Url> authorization;
        std::string name, doing;
    };
    base::Task<Question> answer(Authorization authorization);
    base::Task<void> start(Question question);
    base::Task<bool> has_moved(const Question& question);
    base::Task<void> watch(std::size_t place);
    base::Task<void> validators_came();

    Account& account_;
    base::Clock& clock_;
    const std::vector<ChallengeSolver*>& solvers_;
    const std::vector<model::ChallengeType>& wanted_;
    std::string domain_;
    PollPace pace_{std::chrono::seconds{1}};
    PollPace trouble_pace_{std::chrono::seconds{1}};
    std::optional<sys_seconds> trouble_since_;
    int early_looks_ = 0;
    int misunderstood_ = 0;  // answers in a row
    std::vector<std::unique_ptr<PreparedChallenge>> prepared_;
    std::set<std::size_t> unseen_;
    base::Nursery watchers_;
    base::Wakeup asked_;
};

}  // namespace md::acme
