// SPDX-License-Identifier: Apache-2.0
#include "stored_state.hpp"

#include "base/clock.hpp"
#include "base/printable.hpp"
#include "base/run_task.hpp"
#include "base/time_text.hpp"
#include "drive/observe.hpp"
#include "drive/unused.hpp"
#include "store/file_store.hpp"
#include "store/job_file.hpp"
#include "store/layout.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <unistd.h>

namespace md {
namespace {

namespace asio = base::asio;

base::Task<model::ObservedState> look(const model::DesiredState& desired, asio::thread_pool& pool) {
    auto store = co_await store::FileStore::open_read_only(desired.server.store_dir, pool);
    if (!store)
        co_return model::ObservedState{};
    model::ObservedState observed =
        co_await drive::observe(*store, desired, base::SystemClock{}.now());
    co_return observed;
}

base::Task<Histories> look_into_logs(const model::DesiredState& desired, asio::thread_pool& pool) {
    Histories histories;
    auto store = co_await store::FileStore::open_read_only(desired.server.store_dir, pool);
    for (const model::ManagedDomain& domain : desired.domains) {
        admin::History& history = histories[domain.name()];
        if (!store)
            continue;
        const std::string& name = domain.name();
        history.live = co_await store::read_log(*store, store::domain_key(name, store::job_file));
        history.attempts =
            co_await store::read_log(*store, store::staging_key(name, store::job_file));
    }
    co_return histories;
}

base::Task<nlohmann::json> look_for_unused(const model::DesiredState& desired,
                                           asio::thread_pool& pool) {
    auto store = co_await store::FileStore::open_read_only(desired.server.store_dir, pool);
    if (!store)
        co_return nlohmann::json::array();
    nlohmann::json unused = co_await unused_json(*store, desired);
    co_return unused;
}

// Runs the look to its end.
template <typename Result>
Result seen_by(base::Task<Result> (*look_at)(const model::DesiredState&, asio::thread_pool&),
               const model::DesiredState& desired) {
    asio::io_context context(1);
    asio::thread_pool pool(1);
    return base::run_task(context, look_at(desired, pool));
}

// To somebody who may not look into ServerRoot, a store is absent, which would be a wrong word.
void require_sight(const std::string& store) {
    if (::access(store.c_str(), F_OK) != 0 && errno != ENOENT && errno != ENOTDIR)
        base::raise_errno("cannot look into the store " + store);
}

}  // namespace

base::Task<nlohmann::json> unused_json(store::Store& store, const model::DesiredState& desired) {
    nlohmann::json list = nlohmann::json::array();
    const std::vector<drive::UnusedSet> sets = co_await drive::unused_sets(store, desired);
    for (const drive::UnusedSet& set : sets) {
        nlohmann::json entry{{"name", base::printable(set.name)}};
        if (set.until)
            entry["until"] = base::http_date(*set.until);
        list.push_back(std::move(entry));
    }
    co_return list;
}

nlohmann::json unused_json(const model::DesiredState& desired) {
    return seen_by(look_for_unused, desired);
}

Histories stored_histories(const model::DesiredState& desired) {
    require_sight(desired.server.store_dir);
    return seen_by(look_into_logs, desired);
}

model::ObservedState stored_state(const model::DesiredState& desired) {
    require_sight(desired.server.store_dir);
    return seen_by(look, desired);
}

}  // namespace md
