// SPDX-License-Identifier: Apache-2.0
// Every way an answer can be broken, whatever it is the answer to. By default a sample of it.
#include "hostile_site.hpp"
#include "plays.hpp"
#include "support/catch.hpp"

#include <optional>

using namespace md::test;

namespace {

struct Fault {
    std::string name;
    Play play;
    bool breaks_connection;  // else the body alone
    bool harmless = false;
    bool edits_json = false;
};

std::vector<Fault> faults() {
    return {
        {"no answer", travels(Delivery::unanswered), true},
        {"cut in the header", travels(Delivery::cut_in_header), true},
        {"cut in the body", travels(Delivery::cut_in_body), true},
        {"ended in the body", travels(Delivery::truncated), true},
        {"a body of 100 MB", travels(Delivery::body_of_100_mb), true},
        {"a body without end", travels(Delivery::body_unbounded), true},
        {"a header without end", travels(Delivery::header_unbounded), true},
        {"no HTTP", travels(Delivery::no_http), true},
        {"twice", travels(Delivery::twice), true, true},
        {"octet by octet", travels(Delivery::octet_by_octet), true, true},
        {"an empty body", says(""), false},
        {"HTML with status 200", says("<!DOCTYPE html><html>Welcome to nginx!</html>"), false},
        {"a JSON list", says("[]"), false},
        {"null", says("null"), false},
        {"JSON nested without end", says(nested(200'000)), false},
        {"no UTF-8", says("{\"status\":\"\xff\xfe\xc0\x80\"}"), false},
        {"every member of the wrong type", edits([](json& body) {
             for (auto& member : body)
                 member = member.is_string() ? json{{"a", 1}} : json("text");
         }),
         false, false, true},
    };
}

// What follows the header is not looked at there, or it is asked for again at its Location.
bool body_counts(Resource where) {
    return where != Resource::nonce && where != Resource::new_account &&
           where != Resource::new_order && where != Resource::challenge;
}

// HEAD has no body to break.
bool breaks_nothing(const Fault& fault, Resource where) {
    const Delivery delivery = fault.play.delivery;
    return fault.harmless || (!fault.breaks_connection && !body_counts(where)) ||
           (where == Resource::nonce &&
            (delivery == Delivery::cut_in_body || delivery == Delivery::truncated ||
             delivery == Delivery::body_of_100_mb || delivery == Delivery::body_unbounded));
}

Expected expected_of(const Fault& fault, Resource where) {
    if (breaks_nothing(fault, where))
        return recovered();
    if (!fault.breaks_connection && where == Resource::certificate)
        return budget("the CA's certificate is refused");
    return passing("");
}

// A HEAD request has no body, and a certificate is no JSON.
bool can_be_changed(const Fault& fault, Resource where) {
    return !fault.play.change ||
           (where != Resource::nonce && (where != Resource::certificate || !fault.edits_json));
}

bool needs_account(Resource where) {
    return where != Resource::directory && where != Resource::nonce &&
           where != Resource::new_account;
}

// Each n-th pair of a fault and a resource, from the one numbered `first`: with a daemon that has
// an account, or without.
void try_pairs(bool with_account, std::size_t first, std::size_t each) {
    std::optional<HostileSite> daemon;
    std::optional<HostileCa> none;
    if (with_account)
        daemon.emplace();
    else
        none.emplace();
    const std::vector<Fault> all = faults();
    const std::size_t resources = std::size(all_resources);
    for (std::size_t pair = first; pair < all.size() * resources; pair += each) {
        const Fault& fault = all[pair / resources];
        const Resource where = all_resources[pair % resources];
        if (needs_account(where) != with_account || !can_be_changed(fault, where))
            continue;
        const Row row{fault.name, where, fault.play, expected_of(fault, where)};
        if (with_account)
            daemon->try_row(row);
        else
            none->try_without_account(row);
    }
    if (with_account)
        daemon->finish();
    else
        none->count();
}

}  // namespace

TEST_CASE("a broken answer is told, costs no more than its attempt, and is healed: a sample",
          "[slow]") {
    try_pairs(true, 2, 5);
    try_pairs(false, 0, 5);
}

TEST_CASE("a broken answer is told, costs no more than its attempt, and is healed: all of them",
          "[long]") {
    try_pairs(true, 0, 1);
    try_pairs(false, 0, 1);
}

TEST_CASE("directories and nonces and accounts that are none stop nothing for good", "[slow]") {
    const auto directory = Resource::directory, nonce = Resource::nonce,
               account = Resource::new_account;
    HostileCa bench;
    for (const Row& row : std::vector<Row>{
             {"renewalInfo that is null", directory, sets("renewalInfo", nullptr), recovered()},
             {"a login page", directory, instead([] {
                  Reply answer = reply(302, "text/html", "");
                  answer.set("Location", "https://login.test/");
                  return answer;
              }()),
              budget("redirects to https://login.test/")},
             {"HTML", directory, says("<html>\n<h1>Welcome</h1>"),
              passing("is no directory of an ACME CA: the CA's directory is not a JSON object: "
                      "<html> <h1>Welcome</h1>")},
             {"a problem in Latin-1", directory,
              instead(reply(429, "application/problem+json",
                            "{\"type\":\"urn:ietf:params:acme:error:rateLimited\",\"detail\":"
                            "\"trop de requ\xeates\"}")),
              budget("rateLimited: trop de requ")},
             {"a newNonce for GET alone", nonce, out_of_order(405), recovered(), 1},
             {"unavailable, with seconds", directory, out_of_order(503, "7200"),
              passing("503").after(std::chrono::hours{2}, std::chrono::minutes{151})},
             {"not found", directory, out_of_order(404), budget("404")},
             {"without newOrder", directory, edits([](json& one) { one.erase("newOrder"); }),
              passing("'newOrder'")},
             {"newNonce without TLS", directory, sets("newNonce", "http://localhost/nonce"),
              passing("is not an https URL")},
             {"newAccount at another host", directory, sets("newAccount", "https://127.0.0.1:1/a"),
              passing("127.0.0.1:1/a")},
             {"newOrder that is an object", directory, sets("newOrder", json::object()),
              passing("'newOrder'")},
             {"meta that is a text, so that no terms are known", directory, sets("meta", "none"),
              permanent("did not agree to the terms of service")},
             {"terms of 100 kB", directory,
              sets("meta", {{"termsOfService", std::string(100'000, 't')}}), recovered()},
             {"no nonce", nonce, without_header("Replay-Nonce"), passing("no Replay-Nonce")},
             {"a nonce that is no base64url", nonce, header("Replay-Nonce", "../../nonce"),
              passing("no Replay-Nonce")},
             {"a nonce of 10 kB", nonce, header("Replay-Nonce", std::string(10'000, 'n')),
              passing("no Replay-Nonce")},
             {"a nonce nobody gave", nonce, header("Replay-Nonce", "AAAAAAAAAAAAAAAAAAAA"),
              recovered()},
             {"a flood behind the answer to HEAD", nonce, travels(Delivery::body_unbounded),
              recovered()},
             {"no nonces today", nonce, out_of_order(500), passing("500")},
             {"no Location", account, without_header("Location"), passing("no Location")},
             {"a Location without TLS", account, header("Location", "http://localhost/a"),
              passing("is not an https URL")},
             {"not this contact", account, refused(400, "invalidContact"),
              permanent("invalidContact")},
             {"not without a binding", account, refused(403, "externalAccountRequired"),
              permanent("externalAccountRequired")},
             {"rationed", account, refused(429, "rateLimited", "7200"),
              budget("rateLimited").after(std::chrono::hours{2}, std::chrono::minutes{151})},
         })
        bench.try_without_account(row);
    bench.count();
}
