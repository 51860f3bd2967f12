// SPDX-License-Identifier: Apache-2.0
#include "server/pages.hpp"

#include "base/ascii.hpp"
#include "server/request_target.hpp"

#include <algorithm>

namespace md::server {
namespace {

// Style and an empty icon stand in the page itself; nothing else is loaded, run or framed, and
// forms ask only us.
constexpr const char* nothing_but_style =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

// HTTP/1.0 without a Host is no browser.
bool shown_under(std::string_view host, const Hosts& hosts) {
    std::string name = base::lower(host);
    return hosts.empty() || name.empty() ||
           std::find(hosts.begin(), hosts.end(), name) != hosts.end();
}

void close_to_browsers(Response& response) {
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Content-Security-Policy", nothing_but_style);
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
}

AskedPage refused(Response response) {
    close_to_browsers(response);
    return {{}, {}, std::move(response)};
}

}  // namespace

AskedPage asked_page(const Request& request, const Hosts& hosts) {
    auto target = parse_target(request.target);
    auto asked_host = host_of(request.host);
    if (!target || !asked_host)
        return refused(refusal(400));
    auto host = target->authority ? host_of(*target->authority) : asked_host;
    if (!host)
        return refused(refusal(400));
    if (!shown_under(*host, hosts))
        return refused(refusal(421));
    if (!only_reads(request.method))
        return refused(refused_method());
    return {target->path, target->query, std::nullopt};
}

Response respond_with_page(std::optional<ServedPage> page) {
    Response response;
    if (page) {
        response.status = page->status;
        response.content_type = page->content_type;
        response.page = std::move(page->text);
        response.body = *response.page;
    } else {
        response = refusal(404);
    }
    close_to_browsers(response);
    return response;
}

}  // namespace md::server
