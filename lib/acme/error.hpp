// SPDX-License-Identifier: Apache-2.0
// What the ACME side throws. Every error knows its failure class and, where there is one, its
// cause, so that the one place that catches (drive/attempt) need not guess.
#pragma once

#include "acme/problem.hpp"
#include "base/error.hpp"
#include "base/time_text.hpp"
#include "model/failure.hpp"
#include "model/failure_cause.hpp"

#include <optional>
#include <string>

namespace md::acme {

using std::chrono::sys_seconds;

class AcmeError : public base::Error {
public:
    AcmeError(const std::string& what, model::FailureClass failure_class,
              model::FailureCause cause = model::FailureCause::none,
              std::optional<sys_seconds> retry_after = {})
        : base::Error(what),
          failure_class_(failure_class),
          cause_(cause),
          retry_after_(retry_after) {}
    model::FailureClass failure_class() const { return failure_class_; }
    model::FailureCause cause() const { return cause_; }
    // When to ask again, at the earliest: the CA's word (RFC 8555 §6.6), or what its answer says.
    std::optional<sys_seconds> retry_after() const { return retry_after_; }

private:
    model::FailureClass failure_class_;
    model::FailureCause cause_;
    std::optional<sys_seconds> retry_after_;
};

// The CA's answer is not what RFC 8555 says it is. What was ordered stays ordered.
class ProtocolError : public AcmeError {
public:
    explicit ProtocolError(const std::string& what)
        : AcmeError(what, model::FailureClass::passing,
                    model::FailureCause::answer_not_understood) {}
};

// The CA said no, with a problem document or without.
class Refused : public AcmeError {
public:
    Refused(const std::string& doing, Problem problem, std::optional<sys_seconds> retry_after = {},
            model::FailureCause cause = model::FailureCause::none)
        : Refused(doing, problem, retry_after, acme::failure_class(problem), cause) {}
    const Problem& problem() const { return problem_; }

protected:
    Refused(const std::string& doing, Problem problem, std::optional<sys_seconds> retry_after,
            model::FailureClass failure_class, model::FailureCause cause)
        : AcmeError(doing + ": " + problem.text(), failure_class, cause, retry_after),
          problem_(std::move(problem)) {}

private:
    Problem problem_;
};

// A name was not validated. Whatever the validator calls it (a name that does not resolve is
// "malformed" to some), it is a failed validation, which counts as one.
class NotValidated : public Refused {
public:
    NotValidated(const std::string& name, Problem problem)
        : Refused(name + " was not validated", std::move(problem), {}, model::FailureClass::budget,
                  model::FailureCause::none) {}
};

}  // namespace md::acme
