// SPDX-License-Identifier: Apache-2.0
// One rule after the other, in the order of DESIGN §8.
#include "responder/answer.hpp"

#include "base/ascii.hpp"
#include "server/request_target.hpp"

#include <algorithm>

namespace md::responder {
namespace {

using model::RequireHttps;
using server::plain;
using server::refusal;
using server::Request;
using server::Response;

constexpr std::string_view well_known = "/.well-known/";
constexpr std::string_view challenges = "/.well-known/acme-challenge/";
constexpr std::size_t longest_token = 256;
constexpr const char* seconds_until_certificate = "10";
constexpr const char* half_a_year = "max-age=15768000";
constexpr std::string_view served_over_https = "This is served over https.\n";
constexpr std::string_view on_its_way = "The certificate of this site is on its way.\n";
constexpr std::string_view alive = "mdcertd answers.\n";

bool comes_before(const std::pair<std::string, Site>& known, std::string_view name) {
    return known.first < name;
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

Response to_challenge(std::string_view token, std::string_view method,
                      const challenge::ChallengeBoard& board) {
    const challenge::PublishedAnswer* published = is_token(token) ? board.http(token) : nullptr;
    if (published == nullptr)
        return refusal(404);
    if (!server::only_reads(method))
        return server::refused_method();
    Response result;
    result.status = 200;
    result.content_type = "application/octet-stream";
    result.body = published->answer;
    result.receipt = published->receipt;
    return result;
}

// The host is a managed name, so the Location never leads to anywhere else.
Response redirect(const Site& site, std::string_view method, const std::string& host,
                  const server::RequestTarget& target) {
    bool permanent = site.require_https == RequireHttps::permanent;
    unsigned status = server::only_reads(method) ? 301 : 308;
    if (!permanent)
        status = server::only_reads(method) ? 302 : 307;
    std::string location = "https://" + host;
    server::append_as_uri(location, target.path);
    server::append_as_uri(location, target.query);
    Response result = plain(status, served_over_https);
    result.headers.emplace_back("Location", std::move(location));
    return result;
}

Response health(std::string_view method) {
    if (!server::only_reads(method))
        return server::refused_method();
    Response result = plain(200, alive);
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

Response answer(const Request& request, const challenge::ChallengeBoard& board, const Sites& sites,
                std::string_view health_path) {
    auto target = server::parse_target(request.target);
    auto asked_host = server::host_of(request.host);
    if (!target || !asked_host)
        return refusal(400);
    // RFC 9112 §3.2.2: the host of an absolute-form target replaces what the Host header says.
    auto host_asked_for = target->authority ? server::host_of(*target->authority) : asked_host;
    if (!host_asked_for)
        return refusal(400);

    if (target->path.starts_with(challenges))
        return to_challenge(target->path.substr(challenges.size()), request.method, board);

    if (!health_path.empty() && target->path == health_path)
        return health(request.method);

    std::string host = base::lower(*host_asked_for);
    const Site* site = sites.find(host);
    if (site == nullptr)
        return refusal(404);
    if (!site->has_certificate) {
        Response result = plain(503, on_its_way);
        result.headers.emplace_back("Retry-After", seconds_until_certificate);
        return result;
    }
    bool exempt = target->path.starts_with(well_known) || target->path == "*";
    if (site->require_https == RequireHttps::off || exempt)
        return refusal(404);
    if (!request.over_tls)
        return redirect(*site, request.method, host, *target);
    Response result = refusal(404);
    if (site->require_https == RequireHttps::permanent)
        result.headers.emplace_back("Strict-Transport-Security", half_a_year);
    return result;
}

}  // namespace md::responder
