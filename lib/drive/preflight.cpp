// SPDX-License-Identifier: Apache-2.0
#include "drive/preflight.hpp"

#include "acme/caa.hpp"
#include "acme/directory_answer.hpp"
#include "admin/advice.hpp"
#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "drive/failure_cause.hpp"
#include "http/beast_transport.hpp"
#include "http/caa_lookup.hpp"
#include "http/resolve.hpp"

#include <algorithm>

namespace md::drive {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr seconds patience{5};          // of a validator
constexpr seconds tolerable_clock{60};  // between this machine and the CA
constexpr int most_redirects = 3;

Check good(std::string text) {
    return {true, std::move(text), {}};
}

Check bad(std::string text, std::string advice) {
    return {false, std::move(text), std::move(advice)};
}

Check clock_finding(sys_seconds here, sys_seconds there) {
    seconds off = here > there ? here - there : there - here;
    if (off <= tolerable_clock)
        return good("the clock agrees with the CA's");
    return bad("the clock of this machine is " + base::readable_duration(off) +
                   (here > there ? " ahead of" : " behind") + " the CA's",
               "set it, by NTP for instance: renewals come by this clock");
}

Check judge_terms(const acme::Directory& directory, const std::string& agreement) {
    const std::string terms = base::printable(directory.terms_of_service);
    if (terms.empty())
        return good("the CA has no terms of service");
    if (agreement.empty())
        return bad("the CA's terms of service are not accepted: " + terms,
                   "read them and write 'MDCertificateAgreement accepted'; an account that is "
                   "registered already is not asked again");
    if (agreement != "accepted" && agreement != directory.terms_of_service)
        return bad("the CA's terms of service are " + terms + ", accepted are " +
                       base::printable(agreement),
                   "read them and write 'MDCertificateAgreement accepted'");
    return good("terms of service accepted: " + terms);
}

PreflightCa judge_directory(const http::HttpResponse& response, const model::Issuer& issuer,
                            sys_seconds now) {
    const std::string& url = issuer.directory_url;
    http::Url asked = acme::parse_url(url, {true}, "MDCertificateAuthority");
    auto directory = acme::read_directory(asked, response, now);
    Checks checks{good(url + " is reachable"), judge_terms(directory, issuer.agreement)};
    if (directory.external_account_required && !issuer.binding)
        checks.push_back(bad("the CA wants an external account (EAB)",
                             "get a key ID and an HMAC key from it, and write them as "
                             "MDExternalAccountBinding"));
    if (auto date = response.headers.find("Date"))
        if (auto there = base::parse_http_date(*date))
            checks.push_back(clock_finding(now, *there));
    return {true, std::move(directory.caa_identities), std::move(checks)};
}

// What one request came to.
struct Visit {
    std::optional<http::HttpResponse> answer;
    std::string trouble;
};

base::Task<Visit> visit(http::Url url, std::string address) {
    auto executor = co_await base::asio::this_coro::executor;
    http::TransportOptions options;
    options.connect_to = std::move(address);
    options.connect_limit = options.request_limit = patience;
    options.body_limit = 64 * 1024;
    http::BeastTransport transport(executor, options);
    http::HttpRequest request;
    request.url = std::move(url);
    Visit result;
    try {
        result.answer = co_await transport.send(std::move(request));
    } catch (const base::Error& error) {
        result.trouble = base::printable(error.what());
    }
    co_return result;
}

std::optional<http::Url> redirected(const http::HttpResponse& answer, const http::Url& from) {
    if (answer.status / 100 != 3)
        return std::nullopt;
    auto location = answer.headers.find("Location");
    if (!location)
        return std::nullopt;
    if (location->starts_with('/'))
        return http::Url::parse("http://" + from.authority() + std::string(*location));
    return http::Url::parse(*location);
}

std::string another_server(const http::HttpResponse& answer) {
    std::string text = "another server answers, with status " + std::to_string(answer.status);
    if (auto server = answer.headers.find("Server"))
        text += " (" + base::printable(server->substr(0, 80)) + ")";
    return text;
}

Check judge_visit(const std::string& place, const Visit& visit, const SelfTestToken& proof) {
    if (!visit.answer)
        return bad(
            place + ": " + visit.trouble,
            "a CA that looks there gets no answer either: check firewall, port forwarding and "
            "the address record (from inside of a network this can look worse than it is)");
    if (visit.answer->status == 200 && visit.answer->body == proof.key_authorization)
        return good(place + ": our answer came back");
    return bad(place + ": " + another_server(*visit.answer),
               "have it forward /.well-known/acme-challenge/ to mdcertd ('mdcertd snippet' prints "
               "how), or correct the address record");
}

base::Task<std::optional<Check>> ask_at(model::Identifier name, std::string address,
                                        SelfTestToken proof, std::uint16_t port) {
    std::string place = name.text() + " at " + address;
    auto url =
        http::Url::parse("http://" + name.text() + (port == 80 ? "" : ":" + std::to_string(port)) +
                         "/.well-known/acme-challenge/" + proof.token);
    for (int hop = 0; url; ++hop) {
        Visit result = co_await visit(*url, address);
        auto next = result.answer ? redirected(*result.answer, *url) : std::nullopt;
        if (!next || hop == most_redirects)
            co_return judge_visit(place, result, proof);
        if (next->is_https() || next->host() != url->host() || next->port() != url->port())
            co_return bad(place + ": redirects to " + base::printable(next->text()),
                          "the CA will follow; see that the answer is there too, or leave "
                          "/.well-known/acme-challenge/ out of the redirect");
        url = next;
    }
    co_return std::nullopt;
}

}  // namespace

base::Task<PreflightCa> check_ca(TransportFor transport_for, model::Issuer issuer,
                                 const base::Clock& clock) {
    const std::string& url = issuer.directory_url;
    std::string trouble, advice;
    try {
        auto transport = transport_for(IssuerRoute::of(issuer));
        http::HttpRequest request;
        request.url = acme::parse_url(url, {true}, "MDCertificateAuthority");
        http::HttpResponse response = co_await transport->send(std::move(request));
        PreflightCa ca = judge_directory(response, issuer, clock.now());
        co_return ca;
    } catch (const base::Error& error) {
        trouble = base::printable(error.what());
        advice = admin::advice_for_cause(cause_of(std::current_exception()));
    }
    if (advice.empty())
        advice =
            "check MDCertificateAuthority, MDCACertificateFile, MDHttpProxy, name service and "
            "firewall";
    PreflightCa unreachable;
    unreachable.checks.push_back(bad(url + ": " + trouble, advice));
    co_return unreachable;
}

base::Task<Check> check_local_port(std::string address, std::uint16_t port, SelfTestToken proof) {
    const bool is_ipv6 = address.find(':') != std::string::npos;
    const std::string place =
        (is_ipv6 ? "[" + address + "]" : address) + ":" + std::to_string(port) + " on this machine";
    auto url = http::Url::parse("http://localhost:" + std::to_string(port) +
                                "/.well-known/acme-challenge/" + proof.token);
    Visit result = co_await visit(*url, address);
    if (!result.answer)
        co_return bad(place + ": " + result.trouble,
                      "mdcertd is to answer there: see its log for why the port is not open");
    if (result.answer->status == 200 && result.answer->body == proof.key_authorization)
        co_return good(place + ": mdcertd answers");
    co_return bad(place + ": " + another_server(*result.answer),
                  "stop what answers there, or map another port with MDPortMap");
}

base::Task<Checks> check_port_80(model::Identifier name, SelfTestToken proof, std::uint16_t port) {
    Checks checks;
    http::Endpoints endpoints;
    std::string trouble;
    try {
        endpoints = co_await http::resolve(name.text(), port);
    } catch (const base::Error& error) {
        trouble = base::printable(error.what());
    }
    if (!trouble.empty())
        checks.push_back(bad(name.text() + ": " + trouble,
                             "give the name an A or AAAA record that leads here, or take it out of "
                             "the configuration"));
    for (const auto& endpoint : endpoints) {
        std::string address = endpoint.address().to_string();
        std::optional<Check> check = co_await ask_at(name, address, proof, port);
        if (check)
            checks.push_back(std::move(*check));
    }
    co_return checks;
}

Check check_caa(const model::Identifier& name, const PreflightCa& ca) {
    bool wildcard = name.is_wildcard();
    std::string host = wildcard ? name.text().substr(2) : name.text();
    try {
        http::CaaAnswer answer = http::look_up_caa(host);
        std::vector<acme::CaaRecord> records;
        for (const std::string& rdata : answer.rdata)
            records.push_back(acme::parse_caa(rdata));
        std::string reason = acme::caa_refusal(records, ca.caa_identities, wildcard);
        std::string where = answer.at == host ? "" : " (the records of " + answer.at + ")";
        if (answer.at.empty())
            return good(name.text() + ": no CAA records, any CA may issue");
        if (reason.empty())
            return good(name.text() + ": CAA allows this CA" + where);
        const std::string advice =
            ca.caa_identities.empty()
                ? "this CA does not say what it is called in CAA records: ask it"
                : "add a record 'issue \"" + base::printable(ca.caa_identities.front()) +
                      "\"', or choose another CA";
        return bad(name.text() + ": " + base::printable(reason) + where, advice);
    } catch (const base::Error& error) {
        return bad(base::printable(error.what()),
                   "a CA that gets no answer either refuses: check the name servers");
    }
}

}  // namespace md::drive
