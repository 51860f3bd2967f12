// SPDX-License-Identifier: Apache-2.0
#include "acme/proving.hpp"

#include "support/catch.hpp"
#include "support/recording_solver.hpp"

namespace md::acme {
namespace {

using model::ChallengeType;
using test::RecordingSolver;

Authorization offering(std::vector<std::string> types) {
    Authorization authorization;
    authorization.name = "a.org";
    for (std::string& type : types) {
        Challenge challenge;
        challenge.type = std::move(type);
        authorization.challenges.push_back(std::move(challenge));
    }
    return authorization;
}

const std::vector<ChallengeType> both = {ChallengeType::tls_alpn_01, ChallengeType::http_01};

std::vector<model::Identifier> names(std::initializer_list<const char*> texts) {
    std::vector<model::Identifier> result;
    for (const char* text : texts)
        result.push_back(*model::Identifier::parse(text));
    return result;
}

Solvers of(std::initializer_list<RecordingSolver*> all) {
    Solvers solvers;
    for (RecordingSolver* one : all)
        solvers.push_back(one->solver());
    return solvers;
}

}  // namespace

TEST_CASE("the first wanted type that is offered and can work is chosen") {
    RecordingSolver http(ChallengeType::http_01), alpn(ChallengeType::tls_alpn_01);
    const Solvers solvers = of({&http, &alpn});
    Authorization all = offering({"dns-01", "http-01", "tls-alpn-01"});
    CHECK(choose_challenge(all, both, solvers).solver == solvers[1].get());
    CHECK(choose_challenge(all, {ChallengeType::http_01}, solvers).solver == solvers[0].get());
    CHECK(choose_challenge(offering({"http-01"}), both, solvers).solver == solvers[0].get());
    alpn.why_not = "port 443 is taken";
    ChosenChallenge chosen = choose_challenge(all, both, solvers);
    CHECK(chosen.solver == solvers[0].get());
    CHECK(chosen.challenge->type == "http-01");
}

TEST_CASE("when no type fits, each says what stands in its way") {
    RecordingSolver http(ChallengeType::http_01);
    http.why_not = "port 80 is taken";
    ChosenChallenge chosen = choose_challenge(
        offering({"http-01"}), {ChallengeType::tls_alpn_01, ChallengeType::http_01}, of({&http}));
    CHECK(chosen.challenge == nullptr);
    CHECK(chosen.why_not == "tls-alpn-01: the CA does not offer it; http-01: port 80 is taken");
}

TEST_CASE("an order is not even placed when no type can work here") {
    RecordingSolver http(ChallengeType::http_01), alpn(ChallengeType::tls_alpn_01);
    CHECK(proving_obstacle(names({"a.org"}), both, of({&http, &alpn})).empty());
    http.why_not = "port 80 is taken";
    CHECK(proving_obstacle(names({"a.org"}), both, of({&http, &alpn})).empty());
    alpn.why_not = "MDPortMap closes port 443";
    std::string why = proving_obstacle(names({"a.org"}), both, of({&http, &alpn}));
    CHECK(why == "tls-alpn-01: MDPortMap closes port 443; http-01: port 80 is taken");
}

TEST_CASE("a wildcard cannot be proved by a port") {
    RecordingSolver http(ChallengeType::http_01);
    std::string why =
        proving_obstacle(names({"a.org", "*.a.org"}), {ChallengeType::http_01}, of({&http}));
    CHECK(why.find("dns-01") != std::string::npos);
}

}  // namespace md::acme
