// SPDX-License-Identifier: Apache-2.0
// Any octets as one of a CA's resources; the first says which. What is not refused with a
// ProtocolError has none but https URLs, sound tokens and domain names, and a next step.
#include "acme/error.hpp"
#include "acme/messages.hpp"
#include "acme/next_step.hpp"
#include "input.hpp"

namespace {

using namespace md::acme;
using md::fuzz::promise;

constexpr UrlRule https_only{};

void check_url(const md::http::Url& url) {
    promise(url.is_https() && url.user_info().empty(), "only https URLs without credentials");
    promise(md::fuzz::printable(url.text()), "URLs are printable");
}

void check(const Directory& directory) {
    check_url(directory.new_nonce);
    check_url(directory.new_account);
    check_url(directory.new_order);
}

void check(const Order& order) {
    for (const auto& url : order.authorizations)
        check_url(url);
    for (const auto& url : {order.finalize, order.certificate})
        if (url)
            check_url(*url);
    const NextStep next = next_step(order, {}, {});
    if (next.step == OrderStep::give_up)
        promise(md::fuzz::printable(next.why.text()), "reasons are printable");
}

void check(const Authorization& authorization) {
    promise(md::model::Identifier::parse(authorization.name).has_value(), "names are identifiers");
    for (const Challenge& challenge : authorization.challenges) {
        check_url(challenge.url);
        promise(token_is_sound(challenge.token), "tokens are base64url");
    }
    Order order;
    order.authorizations.push_back(*md::http::Url::parse("https://ca.test/z"));
    for (const auto status : {OrderStatus::pending, OrderStatus::invalid}) {
        order.status = status;
        next_step(order, {authorization}, {});
    }
}

void read(std::string_view text) {
    const auto url = *md::http::Url::parse("https://ca.test/order/1");
    switch (md::fuzz::choose(text, 4)) {
        case 0:
            return check(parse_directory(text, https_only));
        case 1:
            return check(parse_order(text, url, https_only));
        case 2:
            return check(parse_authorization(text, https_only));
        default:
            return check_url(parse_url(text, https_only, "fuzz"));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    try {
        read(md::fuzz::text_of(octets, size));
    } catch (const ProtocolError& refused) {
        promise(md::fuzz::printable(refused.what()), "refusals are printable");
    }
    return 0;
}
