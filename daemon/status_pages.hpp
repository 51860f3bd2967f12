// SPDX-License-Identifier: Apache-2.0
// The pages of MDStatusListen: which there are and what each shows of the running daemon. How they
// look is lib/admin's business, who may see them StatusPort's.
#pragma once

#include "admin/domain_status.hpp"
#include "admin/health.hpp"
#include "base/task.hpp"
#include "engine.hpp"
#include "loading.hpp"
#include "server/pages.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace md {

class StatusPages {
public:
    // Both outlive this.
    StatusPages(const base::asio::any_io_executor& executor, Engine& engine,
                const Loading& loading);

    // The page, made now or, when making it takes long, a little while ago. Before the engine is
    // open there is only the word that it will be.
    std::optional<server::ServedPage> page(std::string_view path, std::string_view query);

    // What `mdcertd status` and /status.json are told: admin::status_document. The engine is open.
    // `more` are further members of the whole.
    std::string status(const std::vector<std::string>& names, nlohmann::json more) const;

    // The engine is open. Until cancelled: while somebody may ask for pages, has the loop make a
    // turn now and then, by which its health is known.
    base::Task<void> run();
    void shown(bool is_shown);

private:
    using Text = std::shared_ptr<const std::string>;
    struct KeptPage {
        Text text;
        std::chrono::steady_clock::time_point until;
    };

    server::ServedPage health() const;
    model::Log log_of(const std::string& name) const;
    admin::DomainStatus status_of(const model::ManagedDomain& domain,
                                  const model::Log& attempts) const;
    admin::DomainStatus status_with_log(const model::ManagedDomain& domain) const;
    std::optional<server::ServedPage> one_domain(std::string_view encoded_name) const;
    std::string metrics() const;
    std::optional<server::ServedPage> for_people(std::string_view query);
    server::ServedPage search(const std::string& part);
    std::string html(const std::string& searched, std::size_t most) const;
    // What `make` makes, kept for twenty times as long as that took: so pages that are asked for
    // without end take a twentieth of the daemon's time at most.
    template <typename Make>
    Text kept(const std::string& key, Make make);
    void drop_old();

    Engine& engine_;
    const Loading& loading_;
    std::chrono::sys_seconds started_at_;
    admin::Health health_;
    base::Wakeup shown_;
    bool is_shown_ = false, attended_ = false;
    std::map<std::string, KeptPage> kept_;
    std::chrono::steady_clock::time_point next_search_;
};

}  // namespace md
