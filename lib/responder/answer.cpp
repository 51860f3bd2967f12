// SPDX-License-Identifier: Apache-2.0
// One rule after the other, in the order of DESIGN §8.
#include "responder/answer.hpp"

#include "base/ascii.hpp"
#include "responder/request_target.hpp"

#include <algorithm>

namespace md::responder {
namespace {

using model::RequireHttps;

constexpr std::string_view well_known = "/.well-known/";
constexpr std::string_view challenges = "/.well-known/acme-challenge/";
constexpr std::size_t longest_token = 256;
constexpr const char* seconds_until_certificate = "10";
constexpr const char* half_a_year = "max-age=15768000";

bool comes_before(const std::pair<std::string, Site>& known, std::string_view name) {
    return known.first < name;
}

std::string_view text_of(unsigned status) {
    switch (status) {
        case 200:
            return "mdcertd answers.\n";
        case 301:
        case 302:
        case 307:
        case 308:
            return "This is served over https.\n";
        case 404:
            return "There is nothing here.\n";
        case 405:
            return "Only GET and HEAD work here.\n";
        case 413:
            return "The request body is too large.\n";
        case 417:
            return "The expectation cannot be met.\n";
        case 421:
            return "Nothing is shown under this name: use the address, or localhost.\n";
        case 431:
            return "The request header is too large.\n";
        case 503:
            return "The certificate of this site is on its way.\n";
        case 505:
            return "This server speaks HTTP/1.1.\n";
        default:
            return "The request is not understood.\n";
    }
}

// base64url and of bounded length (RFC 8555 §8.3): looked at before it is looked up.
bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= longest_token &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

// Whatever stands in the place of a wildcard ends up in a Location.
bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

Answer to_challenge(std::string_view token, std::string_view method, const ChallengeBoard& board) {
    const Posting* posting = is_token(token) ? board.http(token) : nullptr;
    if (posting == nullptr)
        return plain(404);
    if (!only_reads(method))
        return refused_method();
    Answer result;
    result.status = 200;
    result.content_type = "application/octet-stream";
    result.body = posting->answer;
    result.posting = posting;
    return result;
}

// The host is a managed name, so the Location never leads to anywhere else.
Answer redirect(const Site& site, std::string_view method, const std::string& host,
                const RequestTarget& target) {
    bool permanent = site.require_https == RequireHttps::permanent;
    unsigned status = only_reads(method) ? 301 : 308;
    if (!permanent)
        status = only_reads(method) ? 302 : 307;
    std::string location = "https://" + host;
    append_as_uri(location, target.path);
    append_as_uri(location, target.query);
    Answer result = plain(status);
    result.headers.emplace_back("Location", std::move(location));
    return result;
}

Answer health(std::string_view method) {
    if (!only_reads(method))
        return refused_method();
    Answer result = plain(200);
    result.headers.emplace_back("Cache-Control", "no-store");
    return result;
}

}  // namespace

void Sites::ByName::put(std::string name, Site site) {
    auto place = std::lower_bound(entries_.begin(), entries_.end(), name, comes_before);
    if (place != entries_.end() && place->first == name)
        place->second = site;
    else
        entries_.emplace(place, std::move(name), site);
}

const Site* Sites::ByName::find(std::string_view name) const {
    auto place = std::lower_bound(entries_.begin(), entries_.end(), name, comes_before);
    return place == entries_.end() || place->first != name ? nullptr : &place->second;
}

void Sites::add(std::string name, Site site) {
    if (name.starts_with("*."))
        wildcards_.put(name.substr(2), site);
    else
        names_.put(std::move(name), site);
}

const Site* Sites::find(std::string_view host) const {
    if (const Site* found = names_.find(host))
        return found;
    std::size_t dot = host.find('.');
    if (dot == std::string_view::npos || !is_label(host.substr(0, dot)))
        return nullptr;
    return wildcards_.find(host.substr(dot + 1));
}

Answer answer(const Question& question, const ChallengeBoard& board, const Sites& sites,
              std::string_view health_path) {
    auto target = parse_target(question.target);
    auto asked_host = host_of(question.host);
    if (!target || !asked_host)
        return plain(400);
    // RFC 9112 §3.2.2: the host of an absolute-form target replaces what the Host header says.
    auto host_asked_for = target->authority ? host_of(*target->authority) : asked_host;
    if (!host_asked_for)
        return plain(400);

    if (target->path.starts_with(challenges))
        return to_challenge(target->path.substr(challenges.size()), question.method, board);

    if (!health_path.empty() && target->path == health_path)
        return health(question.method);

    std::string host = base::lower(*host_asked_for);
    const Site* site = sites.find(host);
    if (site == nullptr)
        return plain(404);
    if (!site->has_certificate) {
        Answer result = plain(503);
        result.headers.emplace_back("Retry-After", seconds_until_certificate);
        return result;
    }
    bool exempt = target->path.starts_with(well_known) || target->path == "*";
    if (site->require_https == RequireHttps::off || exempt)
        return plain(404);
    if (!question.over_tls)
        return redirect(*site, question.method, host, *target);
    Answer result = plain(404);
    if (site->require_https == RequireHttps::permanent)
        result.headers.emplace_back("Strict-Transport-Security", half_a_year);
    return result;
}

Answer plain(unsigned status) {
    Answer result;
    result.status = status;
    result.content_type = "text/plain";
    result.body = text_of(status);
    return result;
}

bool only_reads(std::string_view method) {
    return method == "GET" || method == "HEAD";
}

Answer refused_method() {
    Answer result = plain(405);
    result.headers.emplace_back("Allow", "GET, HEAD");
    return result;
}

Answer refusal(unsigned status) {
    return plain(status);
}

}  // namespace md::responder
