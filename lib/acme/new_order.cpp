// SPDX-License-Identifier: Apache-2.0
#include "acme/new_order.hpp"

#include "base/log.hpp"

namespace md::acme {
namespace {

constexpr int most_requests = 4;

void log_what_is_missing(const IssueRequest& request, const OrderTerms& terms) {
    if (terms.profile.empty() && !request.terms.profile.empty())
        log::warn("the CA does not offer the profile, the order is placed without it",
                  log::kv("domain", request.names.front().text()),
                  log::kv("profile", request.terms.profile));
}

void log_refusal(const IssueRequest& request, const Problem& problem) {
    log::warn("the CA refused the order, it is asked for less",
              log::kv("domain", request.names.front().text()), log::kv("reason", problem.text()));
}

}  // namespace

base::Task<Answer> ask_for_order(IssueContext& bench, const IssueRequest& request) {
    Client& client = bench.account.client();
    Directory directory = co_await client.directory();
    OrderTerms terms = terms_at(directory, request.terms, request.names, bench.clock.now());
    log_what_is_missing(request, terms);
    for (int requests = 1;; ++requests) {
        std::exception_ptr refused;
        Problem problem;
        Purpose purpose("placing the order", request.names.front().text());
        std::string payload = new_order_payload(request.names, terms);
        try {
            Answer answer = co_await bench.account.post(directory.new_order, std::move(payload),
                                                        std::move(purpose));
            co_return answer;
        } catch (const Refused& refusal) {
            refused = std::current_exception();
            problem = refusal.problem();
        }
        // A profile may have gone since the directory was fetched.
        if (problem.is("invalidProfile")) {
            client.forget_directory();
            directory = co_await client.directory();
        }
        auto less = terms_after(problem, terms, directory, request.terms);
        if (!less || requests == most_requests)
            std::rethrow_exception(refused);
        log_refusal(request, problem);
        terms = *less;
    }
}

}  // namespace md::acme
