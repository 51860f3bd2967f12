// SPDX-License-Identifier: Apache-2.0
#include "acme/preferred_chain.hpp"

#include "support/catch.hpp"
#include "support/test_issuer.hpp"

namespace md::acme {
namespace {

using Texts = std::vector<std::string>;

Texts found_in(const Texts& fields) {
    Texts urls;
    for (const http::Url& url :
         alternates_of(fields, *http::Url::parse("https://ca.test/cert/1"), {}))
        urls.push_back(url.text());
    return urls;
}

}  // namespace

TEST_CASE("links to other chains are found in one field or several, and no others") {
    CHECK(
        found_in({R"(<https://ca.test/cert/1/1>;rel="alternate")",
                  "<https://ca.test/directory>;rel=\"index\", "
                  "<https://ca.test/cert/1/2> ; title=\"a, b\" ; REL=Alternate",
                  R"(</cert/1/3>; rel="index alternate", <https://ca.test/x>)"}) ==
        Texts{"https://ca.test/cert/1/1", "https://ca.test/cert/1/2", "https://ca.test/cert/1/3"});
    CHECK(found_in({"", "<", "<>;rel=alternate", "rel=alternate", "<https://ca.test/a",
                    "<http://ca.test/plain>;rel=alternate", "<ftp://ca.test/x>;rel=alternate",
                    "<https://ca.test/a>;rel=index;rel=alternate",
                    "<https://ca.test/a>;rel=\"alternately\""}) == Texts{});
    CHECK(found_in(Texts(20, "<https://ca.test/a>;rel=alternate")).size() == most_alternates);
}

TEST_CASE("a chain leads to the root that signed its last certificate") {
    const test::TestIssuer issuer;
    const auto chain = crypto::parse_chain(issuer.loopback_server().certificate);
    const std::string root = crypto::parse_chain(issuer.root_pem()).front().issuer_common_name();
    REQUIRE_FALSE(root.empty());
    CHECK(leads_to(chain, root));
    CHECK_FALSE(leads_to(chain, root + " X2"));
    CHECK_FALSE(leads_to({}, ""));
}

}  // namespace md::acme
