// SPDX-License-Identifier: Apache-2.0
#include "responder/pages.hpp"

#include "base/ascii.hpp"
#include "responder/request_target.hpp"

#include <algorithm>
#include <charconv>

namespace md::responder {
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

void close_to_browsers(Answer& answer) {
    answer.headers.emplace_back("Cache-Control", "no-store");
    answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
    answer.headers.emplace_back("Content-Security-Policy", nothing_but_style);
    answer.headers.emplace_back("Referrer-Policy", "no-referrer");
}

Answer chosen(const Question& question, const Hosts& hosts, const PageFor& page_for) {
    auto target = parse_target(question.target);
    auto asked_host = host_of(question.host);
    if (!target || !asked_host)
        return plain(400);
    auto host = target->authority ? host_of(*target->authority) : asked_host;
    if (!host)
        return plain(400);
    if (!shown_under(*host, hosts))
        return plain(421);
    if (!only_reads(question.method))
        return refused_method();
    auto page = page_for(target->path, target->query);
    if (!page)
        return plain(404);
    Answer result;
    result.status = page->status;
    result.content_type = page->content_type;
    result.page = std::move(page->text);
    result.body = *result.page;
    return result;
}

}  // namespace

Answer answer_with_page(const Question& question, const Hosts& hosts, const PageFor& page_for) {
    Answer answer = chosen(question, hosts, page_for);
    close_to_browsers(answer);
    return answer;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        unsigned octet = 0;
        const char* end = text.data() + std::min(text.size(), i + 3);
        auto [stop, error] = std::from_chars(text.data() + i + 1, end, octet, 16);
        if (error != std::errc() || stop != text.data() + i + 3)
            return std::nullopt;
        decoded += static_cast<char>(octet);
        i += 2;
    }
    return decoded;
}

std::optional<std::string_view> query_field(std::string_view query, std::string_view name) {
    std::string_view rest = query.substr(std::min<std::size_t>(1, query.size()));
    while (!rest.empty()) {
        std::string_view field = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), field.size() + 1));
        std::size_t equals = std::min(field.find('='), field.size());
        if (field.substr(0, equals) == name)
            return field.substr(std::min(field.size(), equals + 1));
    }
    return std::nullopt;
}

}  // namespace md::responder
