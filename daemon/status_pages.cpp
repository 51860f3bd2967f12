// SPDX-License-Identifier: Apache-2.0
#include "status_pages.hpp"

#include "admin/domain_json.hpp"
#include "admin/metrics.hpp"
#include "admin/status.hpp"
#include "admin/status_page.hpp"
#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "free_memory.hpp"
#include "server/query.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace md {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using server::ServedPage;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds between_turns = 5s;
constexpr std::string_view one_domain_below = "/status.json/";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

constexpr std::size_t worth_returning = std::size_t{1} << 20;
// So many a person reads; a page of a few hundred KiB.
constexpr std::size_t most_shown = 500;

bool has_in_a_name(const model::ManagedDomain& domain, const std::string& part) {
    return std::any_of(domain.members.begin(), domain.members.end(), [&part](const auto& member) {
        return member.name.text().find(part) != std::string::npos;
    });
}

ServedPage page_of(std::string_view content_type, std::string text, unsigned status = 200) {
    return {content_type, std::make_shared<const std::string>(std::move(text)), status};
}

}  // namespace

StatusPages::StatusPages(const base::asio::any_io_executor& executor, Engine& engine,
                         const Loading& loading)
    : engine_(engine),
      loading_(loading),
      started_at_(engine.clock().now()),
      health_(steady_clock::now()),
      shown_(executor) {}

void StatusPages::shown(bool is_shown) {
    if (is_shown && !is_shown_)
        health_ = admin::Health(steady_clock::now());
    is_shown_ = is_shown;
    shown_.wake();
}

std::optional<ServedPage> StatusPages::page(std::string_view path, std::string_view query) {
    if (path == "/healthz")
        return health();
    bool of_one = path.starts_with(one_domain_below);
    if (path != "/" && path != "/status.json" && path != "/metrics" && !of_one)
        return std::nullopt;
    if (!attended_)
        return page_of(text_type, "mdcertd is starting.\n", 503);
    if (path == "/")
        return for_people(query);
    if (path == "/metrics")
        return ServedPage{admin::Metrics::content_type,
                          kept("metrics", [this] { return metrics(); })};
    auto name = server::query_field(query, "name");
    if (of_one || name)
        return one_domain(of_one ? path.substr(one_domain_below.size()) : *name);
    return ServedPage{json_type,
                      kept("status.json", [this] { return status({}, json::object()) + "\n"; })};
}

ServedPage StatusPages::health() const {
    std::string reason = attended_ ? health_.reason(steady_clock::now()) : "mdcertd is starting";
    if (reason.empty())
        return page_of(text_type, "ok\n");
    return page_of(text_type, reason + "\n", 503);
}

std::string StatusPages::status(const std::vector<std::string>& names, json more) const {
    const Reach reach = engine_.responder().ports();
    more["ports"] = {{"http-obstacle", base::printable(reach.http_reason)},
                     {"https-obstacle", base::printable(reach.https_reason)}};
    if (!loading_.problem.empty())
        more["reload-problem"] = loading_.problem;
    const drive::Reconcile& reconcile = engine_.reconcile();
    return admin::status_document(reconcile.desired(), reconcile.observed(), engine_.clock().now(),
                                  names, more,
                                  [this](const std::string& name) { return log_of(name); });
}

// Of the attempts that go on.
model::Log StatusPages::log_of(const std::string& name) const {
    try {
        auto text = engine_.driver().files().read_now(store::staging_key(name, store::job_file));
        return text ? store::parse_log(*text) : model::Log();
    } catch (const base::Error&) {
        return {};
    }
}

admin::DomainStatus StatusPages::status_of(const model::ManagedDomain& domain,
                                           const model::Log& attempts) const {
    const drive::Reconcile& reconcile = engine_.reconcile();
    return admin::domain_status(domain, reconcile.observed().of(domain.name()),
                                reconcile.desired().server, engine_.clock().now(), attempts);
}

admin::DomainStatus StatusPages::status_with_log(const model::ManagedDomain& domain) const {
    bool is_tried = engine_.reconcile().observed().of(domain.name()).attempts.has_value();
    return status_of(domain, is_tried ? log_of(domain.name()) : model::Log());
}

std::optional<ServedPage> StatusPages::for_people(std::string_view query) {
    auto encoded = server::query_field(query, "name");
    auto searched = server::percent_decoded(encoded.value_or(""));
    if (!searched)
        return std::nullopt;
    if (!searched->empty())
        return search(base::lower(*searched));
    std::size_t most = server::query_field(query, "all") ? admin::StatusPage::all : most_shown;
    return ServedPage{admin::StatusPage::content_type,
                      kept("/" + std::to_string(most), [&] { return html("", most); })};
}

// Of each search a page of its own is made, so they have to be bounded otherwise.
ServedPage StatusPages::search(const std::string& part) {
    auto began = steady_clock::now();
    if (began < next_search_)
        return page_of(text_type, "Too many searches: try again in a moment.\n", 503);
    std::string text = html(part, most_shown);
    auto ended = steady_clock::now();
    next_search_ = ended + 10 * (ended - began);
    return page_of(admin::StatusPage::content_type, std::move(text));
}

std::string StatusPages::html(const std::string& searched, std::size_t most) const {
    admin::StatusPage page(engine_.clock().now(), most);
    for (const model::ManagedDomain& domain : engine_.reconcile().desired().domains)
        if (has_in_a_name(domain, searched))
            page.add(status_with_log(domain));
    return page.finished({MDCERTD_VERSION, loading_.problem, base::printable(searched)});
}

std::string StatusPages::metrics() const {
    const drive::Reconcile& reconcile = engine_.reconcile();
    admin::Metrics metrics;
    for (const model::ManagedDomain& domain : reconcile.desired().domains)
        metrics.add(status_of(domain, {}));
    return metrics.finished(
        {started_at_, loading_.succeeded_at, loading_.problem.empty(), reconcile.sound_turns()});
}

// As mod_md's md-status has it: the domain's object by itself.
std::optional<ServedPage> StatusPages::one_domain(std::string_view encoded_name) const {
    const drive::Reconcile& reconcile = engine_.reconcile();
    auto name = server::percent_decoded(encoded_name);
    if (!name)
        return std::nullopt;
    admin::Selection found = admin::select(reconcile.desired(), {*name});
    if (found.domains.empty())
        return std::nullopt;
    return page_of(json_type,
                   admin::domain_json(status_with_log(*found.domains.front())).dump() + "\n");
}

template <typename Make>
StatusPages::Text StatusPages::kept(const std::string& key, Make make) {
    auto began = steady_clock::now();
    auto known = kept_.find(key);
    if (known != kept_.end() && known->second.until > began)
        return known->second.text;
    auto text = std::make_shared<const std::string>(make());
    auto ended = steady_clock::now();
    kept_[key] = {text, ended + 20 * (ended - began)};
    return text;
}

void StatusPages::drop_old() {
    auto now = steady_clock::now();
    std::size_t freed = 0;
    std::erase_if(kept_, [&](const auto& entry) {
        bool is_old = entry.second.until <= now;
        freed += is_old ? entry.second.text->size() : 0;
        return is_old;
    });
    if (freed > worth_returning)
        return_free_memory();
}

base::Task<void> StatusPages::run() {
    attended_ = true;
    while (true) {
        while (!is_shown_)
            co_await shown_.wait();
        health_.note(engine_.reconcile().sound_turns(), steady_clock::now());
        engine_.reconcile().request({});
        drop_old();
        co_await engine_.clock().wait(between_turns);
    }
}

}  // namespace md
