// SPDX-License-Identifier: Apache-2.0
// While the CA validates (RFC 8555 §7.5.1): the challenges are answered, the CA is told to look,
// and what stands in the way meanwhile is waited out, for an answer taken away now is a failed
// validation, of which CAs forgive few (Let's Encrypt: 5 an hour).
#pragma once

#include "acme/issue.hpp"
#include "acme/proving.hpp"
#include "acme/provisioning.hpp"
#include "acme/retry.hpp"
#include "base/clock.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace md::acme {

class Validation {
public:
    // What is referred to outlives this.
    Validation(const IssueContext& bench, const IssueRequest& request, IssueJournal& journal)
        : account_(bench.account),
          clock_(bench.clock),
          solvers_(bench.solvers),
          wanted_(request.challenges),
          domain_(request.names.front().text()),
          journal_(journal),
          provisioning_(journal, domain_) {}

    // All answers are in place before the first is asked for: one that cannot be given would take
    // those away that the CA is validating. Throws AcmeError.
    base::Task<void> begin(std::vector<Authorization> authorizations);
    // Until the order is worth a look: at the CA's pace, or when the validators have come and gone.
    // Throws AcmeError (passing) when the CA has not decided within five minutes.
    base::Task<void> pause(std::optional<sys_seconds> retry_after);
    // After a look: null, or what was thrown. That is waited out where it passes soon, else thrown.
    base::Task<void> looked(std::exception_ptr trouble);
    // The CA has decided, or it is of no more interest: the answers are withdrawn.
    base::Task<void> stop() { return provisioning_.withdraw(); }

private:
    // A challenge that is to be answered, and how the CA is told to look.
    struct OpenChallenge {
        ChallengeSolver* solver;
        ChallengeToProve to_prove;
        http::Url url;
        std::optional<http::Url> authorization;
    };
    OpenChallenge open_challenge(const Authorization& authorization) const;
    base::Task<void> prepare(const std::vector<OpenChallenge>& challenges);
    base::Task<void> start(const OpenChallenge& challenge);
    base::Task<bool> has_moved(const OpenChallenge& challenge);

    Account& account_;
    base::Clock& clock_;
    const Solvers& solvers_;
    const std::vector<model::ChallengeType>& wanted_;
    const std::string domain_;  // the MD's name, for the log
    IssueJournal& journal_;
    Provisioning provisioning_;
    PollPace pace_{std::chrono::seconds{1}};
    PollPace trouble_pace_{std::chrono::seconds{1}};
    std::optional<sys_seconds> trouble_since_;
    int early_looks_ = 0;
    int misunderstood_ = 0;  // answers in a row
};

}  // namespace md::acme
