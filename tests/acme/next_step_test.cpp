// SPDX-License-Identifier: Apache-2.0
#include "acme/next_step.hpp"

#include "support/catch.hpp"

namespace md::acme {
namespace {

http::Url url(const std::string& path) {
    return *http::Url::parse("https://ca.test" + path);
}

Order order_in(OrderStatus status, std::size_t authorizations = 1) {
    Order order;
    order.url = url("/order/1");
    order.status = status;
    for (std::size_t i = 0; i < authorizations; ++i)
        order.authorizations.push_back(url("/authz/" + std::to_string(i)));
    order.finalize = url("/finalize/1");
    return order;
}

Authorization authorization_in(AuthorizationStatus status, std::string name = "a.org") {
    Authorization authorization;
    authorization.name = std::move(name);
    authorization.status = status;
    return authorization;
}

OrderStep step_of(const Order& order, const std::vector<Authorization>& authorizations,
                  const std::set<std::size_t>& proving = {}) {
    return next_step(order, authorizations, proving).step;
}

}  // namespace

TEST_CASE("a pending order without known authorizations has them fetched") {
    CHECK(step_of(order_in(OrderStatus::pending), {}) == OrderStep::fetch_authorizations);
}

TEST_CASE("pending authorizations are proved, each once") {
    Order order = order_in(OrderStatus::pending, 3);
    std::vector<Authorization> authorizations = {authorization_in(AuthorizationStatus::pending),
                                                 authorization_in(AuthorizationStatus::valid),
                                                 authorization_in(AuthorizationStatus::pending)};
    NextStep first = next_step(order, authorizations, {});
    CHECK(first.step == OrderStep::prove);
    CHECK(first.authorizations == std::vector<std::size_t>{0, 2});
    CHECK(next_step(order, authorizations, {0}).authorizations == std::vector<std::size_t>{2});
    CHECK(step_of(order, authorizations, {0, 2}) == OrderStep::await_validation);
}

TEST_CASE("an authorization the CA is looking at is waited for, not proved again") {
    Order order = order_in(OrderStatus::pending);
    CHECK(step_of(order, {authorization_in(AuthorizationStatus::processing)}) ==
          OrderStep::await_validation);
}

TEST_CASE("a pending order all of whose authorizations are valid is waited for") {
    Order order = order_in(OrderStatus::pending);
    CHECK(step_of(order, {authorization_in(AuthorizationStatus::valid)}) ==
          OrderStep::await_validation);
}

TEST_CASE("a dead authorization ends the order and names the name") {
    for (AuthorizationStatus status :
         {AuthorizationStatus::invalid, AuthorizationStatus::deactivated,
          AuthorizationStatus::expired, AuthorizationStatus::revoked}) {
        Order order = order_in(OrderStatus::pending);
        NextStep next = next_step(order, {authorization_in(status, "b.org")}, {});
        CHECK(next.step == OrderStep::give_up);
        CHECK(next.name == "b.org");
        CHECK(next.why.text().find(word(status)) != std::string::npos);
    }
}

TEST_CASE("an order that is ready is finalized, one that is processing is waited for") {
    CHECK(step_of(order_in(OrderStatus::ready), {}) == OrderStep::finalize);
    CHECK(step_of(order_in(OrderStatus::processing), {}) == OrderStep::await_certificate);
}

TEST_CASE("a valid order is downloaded, and one without a certificate URL given up") {
    Order order = order_in(OrderStatus::valid);
    CHECK(step_of(order, {}) == OrderStep::give_up);
    order.certificate = url("/cert/1");
    CHECK(step_of(order, {}) == OrderStep::download);
}

TEST_CASE("a ready order without a finalize URL is given up") {
    Order order = order_in(OrderStatus::ready);
    order.finalize.reset();
    CHECK(step_of(order, {}) == OrderStep::give_up);
}

TEST_CASE("of an invalid order the authorizations are fetched, for they know why") {
    CHECK(step_of(order_in(OrderStatus::invalid), {}) == OrderStep::fetch_authorizations);
}

TEST_CASE("the challenge's error is told rather than the order's") {
    Order order = order_in(OrderStatus::invalid);
    order.error = Problem{"urn:ietf:params:acme:error:malformed", "order says", 400, {}};
    Authorization failed = authorization_in(AuthorizationStatus::invalid, "b.org");
    Challenge challenge;
    challenge.type = "http-01";
    challenge.error = Problem{"urn:ietf:params:acme:error:connection", "refused", 400, {}};
    failed.challenges.push_back(challenge);
    NextStep next = next_step(order, {authorization_in(AuthorizationStatus::valid), failed}, {});
    CHECK(next.step == OrderStep::give_up);
    CHECK(next.name == "b.org");
    CHECK(next.why.is("connection"));
    CHECK(next_step(order, {authorization_in(AuthorizationStatus::valid)}, {}).why.is("malformed"));
}

TEST_CASE("an invalid order that gives no reason still ends with words") {
    NextStep next = next_step(order_in(OrderStatus::invalid, 0), {}, {});
    CHECK(next.step == OrderStep::give_up);
    CHECK_FALSE(next.why.detail.empty());
}

TEST_CASE("every combination of statuses has a next step") {
    std::vector<AuthorizationStatus> all = {
        AuthorizationStatus::pending,     AuthorizationStatus::processing,
        AuthorizationStatus::valid,       AuthorizationStatus::invalid,
        AuthorizationStatus::deactivated, AuthorizationStatus::expired,
        AuthorizationStatus::revoked};
    for (OrderStatus status : {OrderStatus::pending, OrderStatus::ready, OrderStatus::processing,
                               OrderStatus::valid, OrderStatus::invalid})
        for (AuthorizationStatus one : all)
            for (AuthorizationStatus other : all) {
                Order order = order_in(status, 2);
                NextStep next =
                    next_step(order, {authorization_in(one), authorization_in(other)}, {0});
                if (next.step == OrderStep::give_up)
                    CHECK_FALSE(next.why.text().empty());
                if (next.step == OrderStep::prove)
                    CHECK(next.authorizations == std::vector<std::size_t>{1});
                CHECK(next.step != OrderStep::fetch_authorizations);
            }
}

}  // namespace md::acme
