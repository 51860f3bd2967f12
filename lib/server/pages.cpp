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

Response chosen(const Request& request, const Hosts& hosts, const PageFor& page_for) {
    auto target = parse_target(request.target);
    auto asked_host = host_of(request.host);
    if (!target || !asked_host)
        return refusal(400);
    auto host = target->authority ? host_of(*target->authority) : asked_host;
    if (!host)
        return refusal(400);
    if (!shown_under(*host, hosts))
        return refusal(421);
    if (!only_reads(request.method))
        return refused_method();
    auto page = page_for(target->path, target->query);
    if (!page)
        return refusal(404);
    Response result;
    result.status = page->status;
    result.content_type = page->content_type;
    result.page = std::move(page->text);
    result.body = *result.page;
    return result;
}

}  // namespace

Response respond_with_page(const Request& request, const Hosts& hosts, const PageFor& page_for) {
    Response response = chosen(request, hosts, page_for);
    close_to_browsers(response);
    return response;
}

}  // namespace md::server
