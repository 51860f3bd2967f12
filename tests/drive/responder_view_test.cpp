// SPDX-License-Identifier: Apache-2.0
#include "drive/responder_view.hpp"

#include "drive/bench.hpp"
#include "support/catch.hpp"

using namespace md;
using namespace md::test;

namespace {

model::ObservedDomain held_with(unsigned char fingerprint) {
    model::ObservedDomain held;
    held.certificates.emplace_back();
    held.certificates.back().fingerprint.octets[0] = fingerprint;
    return held;
}

}  // namespace

TEST_CASE("each name of a managed domain leads to its certificates by the domain's name") {
    model::DesiredState desired;
    desired.domains = {managed({"b.org", "www.b.org"}), managed({"*.a.org"}), managed({"c.org"})};
    model::ObservedState observed;
    observed.domains["b.org"] = held_with(1);
    const responder::Sites sites = drive::all_sites_of(desired, observed);
    CHECK(*sites.find("b.org")->domain == "");
    CHECK(sites.find("b.org")->has_certificate);
    CHECK(*sites.find("www.b.org")->domain == "b.org");
    CHECK(*sites.find("any.a.org")->domain == "*.a.org");
    CHECK_FALSE(sites.find("any.a.org")->has_certificate);
    CHECK(*sites.find("c.org")->domain == "");
}

TEST_CASE("a renewal gives the names of a managed domain another number, and nothing else does") {
    const model::ManagedDomain domain = managed({"a.org", "www.a.org"});
    model::ObservedDomain held = held_with(1);
    const auto number = [&] {
        const auto sites = drive::sites_of(domain, held);
        CHECK(sites.at(0).second.certificates == sites.at(1).second.certificates);
        return sites.at(0).second.certificates;
    };
    const auto first = number();
    held.delivery.edit().notification.owed = true;
    held.state.renewals = {std::chrono::sys_seconds{}};
    CHECK(number() == first);
    held.certificates.push_back(held.certificates.front());
    CHECK(number() != first);
    held = held_with(1);
    held.certificates.front().chain.edit().not_after = std::chrono::sys_days{std::chrono::days{1}};
    CHECK(number() != first);
    held = held_with(2);
    CHECK(number() != first);
}
