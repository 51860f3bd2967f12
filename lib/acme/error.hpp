// SPDX-License-Identifier: Apache-2.0
// What the ACME side throws. Every error knows its failure class, so that the one place that
// catches (drive/attempt) need not guess.
#pragma once

#include "acme/problem.hpp"
#include "base/error.hpp"
#include "base/time_text.hpp"
#include "model/job.hpp"

#include <optional>
#include <string>

namespace md::acme {

using std::chrono::sys_seconds;

class AcmeError : public base::Error {
public:
    AcmeError(const std::string& what, model::FailureClass failure_class)
        : base::Error(what), failure_class_(failure_class) {}
    model::FailureClass failure_class() const { return failure_class_; }

private:
    model::FailureClass failure_class_;
};

// The CA's answer is not what RFC 8555 says it is.
class ProtocolError : public AcmeError {
public:
    explicit ProtocolError(const std::string& what)
        : AcmeError(what, model::FailureClass::passing) {}
};

// The CA said no, with a problem document.
class Refused : public AcmeError {
public:
    Refused(const std::string& doing, Problem problem, std::optional<sys_seconds> retry_after = {})
        : AcmeError(doing + ": " + problem.text(), acme::failure_class(problem)),
          problem_(std::move(problem)),
          retry_after_(retry_after) {}
    const Problem& problem() const { return problem_; }
    // When the CA wants to be asked again, at the earliest (RFC 8555 §6.6).
    std::optional<sys_seconds> retry_after() const { return retry_after_; }

private:
    Problem problem_;
    std::optional<sys_seconds> retry_after_;
};

}  // namespace md::acme
