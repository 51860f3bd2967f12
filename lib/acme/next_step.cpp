// SPDX-License-Identifier: Apache-2.0
#include "acme/next_step.hpp"

namespace md::acme {
namespace {

NextStep just(OrderStep step) {
    return {step, {}, {}, {}, false};
}

NextStep give_up(std::string name, Problem why) {
    return {OrderStep::give_up, {}, std::move(name), std::move(why), false};
}

// The order lacks what its status promises.
NextStep misunderstood(std::string detail) {
    Problem why{"urn:ietf:params:acme:error:serverInternal", std::move(detail), 0, {}};
    return {OrderStep::give_up, {}, {}, std::move(why), true};
}

Problem made_up(std::string word, std::string detail) {
    return {"urn:ietf:params:acme:error:" + std::move(word), std::move(detail), 0, {}};
}

bool is_dead(AuthorizationStatus status) {
    return status == AuthorizationStatus::invalid || status == AuthorizationStatus::deactivated ||
           status == AuthorizationStatus::expired || status == AuthorizationStatus::revoked;
}

// The challenge that failed tells more than the order: it says what the validator met.
Problem cause_of(const Authorization& authorization) {
    for (const Challenge& challenge : authorization.challenges)
        if (challenge.error)
            return *challenge.error;
    return made_up("unauthorized",
                   "the authorization is " + std::string(word(authorization.status)));
}

NextStep of_invalid(const Order& order, const std::vector<Authorization>& authorizations) {
    for (const Authorization& authorization : authorizations)
        if (is_dead(authorization.status))
            return give_up(authorization.name, cause_of(authorization));
    if (authorizations.empty() && !order.authorizations.empty())
        return just(OrderStep::fetch_authorizations);
    if (order.error)
        return give_up({}, *order.error);
    return give_up({},
                   made_up("unauthorized", "the CA calls the order invalid and gives no reason"));
}

NextStep of_pending(const Order& order, const std::vector<Authorization>& authorizations,
                    const std::set<std::size_t>& proving) {
    if (order.authorizations.empty())
        return misunderstood("it is pending and has no authorizations");
    if (authorizations.size() != order.authorizations.size())
        return just(OrderStep::fetch_authorizations);
    NextStep prove = just(OrderStep::prove);
    for (std::size_t i = 0; i < authorizations.size(); ++i) {
        if (is_dead(authorizations[i].status))
            return give_up(authorizations[i].name, cause_of(authorizations[i]));
        if (authorizations[i].status == AuthorizationStatus::pending && !proving.contains(i))
            prove.authorizations.push_back(i);
    }
    return prove.authorizations.empty() ? just(OrderStep::await_validation) : prove;
}

}  // namespace

NextStep next_step(const Order& order, const std::vector<Authorization>& authorizations,
                   const std::set<std::size_t>& proving) {
    switch (order.status) {
        case OrderStatus::pending:
            return of_pending(order, authorizations, proving);
        case OrderStatus::ready:
            if (!order.finalize)
                return misunderstood("it is ready and has no finalize URL");
            return just(OrderStep::finalize);
        case OrderStatus::processing:
            return just(OrderStep::await_certificate);
        case OrderStatus::valid:
            if (!order.certificate)
                return misunderstood("it is valid and has no certificate URL");
            return just(OrderStep::download);
        case OrderStatus::invalid:
            return of_invalid(order, authorizations);
    }
    return give_up({}, made_up("serverInternal", "the order has no known status"));
}

}  // namespace md::acme
