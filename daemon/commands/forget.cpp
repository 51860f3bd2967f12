// SPDX-License-Identifier: Apache-2.0
// `mdcertd forget NAME...`: takes certificates and keys that are configured no more out of
// domains/ and into the archive: by the running daemon, or by itself when there is none.
#include "ask.hpp"
#include "base/run_task.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "drive/unused.hpp"
#include "privileges.hpp"
#include "store/file_store.hpp"
#include "store/lease.hpp"
#include "store/leased_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace md::commands {
namespace {

namespace asio = base::asio;
using Places = std::vector<std::string>;  // below the store

base::Task<void> forget_all(const model::DesiredState& desired, const Places& names,
                            asio::thread_pool& pool, Places& places) {
    store::FileStore files(desired.server.store_dir, pool);
    auto acquiring = files.acquire(store::driver_lease, store::this_command("forget"));
    const auto lease = co_await std::move(acquiring);
    store::LeasedStore store(files, *lease);
    for (const std::string& name : names)
        co_await drive::require_unused(store, desired, name);
    for (const std::string& name : names) {
        std::string place = co_await drive::retire(store, name);
        places.push_back(std::move(place));
    }
}

Places forget_without_daemon(const model::DesiredState& desired, const Places& names) {
    if (::access(desired.server.store_dir.c_str(), F_OK) != 0)
        base::raise_errno("cannot look into the store " + desired.server.store_dir);
    const ActingAs acting(store_owner(system_user_of(desired.server), desired.server));
    asio::io_context context(1);
    asio::thread_pool pool(1);
    Places places;
    base::run_task(context, forget_all(desired, names, pool, places));
    return places;
}

}  // namespace

int forget(const CommandLine& line) {
    config::Loaded loaded = require_configuration(line);
    const model::ServerSettings& server = loaded.desired.server;
    std::vector<std::string> names = line.names;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    auto told = ask_running_daemon(server, "forget", names);
    const Places places =
        told ? told->at("archived").get<Places>() : forget_without_daemon(loaded.desired, names);
    for (std::size_t i = 0; i < places.size() && i < names.size(); ++i)
        std::printf("%s: moved to %s/%s\n", names[i].c_str(), server.store_dir.c_str(),
                    places[i].c_str());
    return 0;
}

}  // namespace md::commands
