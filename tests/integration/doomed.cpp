// SPDX-License-Identifier: Apache-2.0
#include "doomed.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace md::test {
namespace {

using Paths = std::set<std::string>;

bool is_or_is_below(const std::string& path, const std::string& folder) {
    return path == folder || path.starts_with(folder + "/");
}

// All that is at or below `from`, there under the name `to`.
Paths moved(const Paths& paths, const std::string& from, const std::string& to) {
    Paths result;
    for (const std::string& path : paths)
        if (is_or_is_below(path, from))
            result.insert(to + path.substr(from.size()));
    return result;
}

void erase(Paths& paths, const std::string& folder) {
    std::erase_if(paths, [&](const std::string& path) { return is_or_is_below(path, folder); });
}

void replay(Paths& paths, const std::string& call) {
    std::istringstream words(call);
    std::string name, one, other;
    words >> name >> one >> other;
    if (name == "create" || name == "mkdir") {
        paths.insert(one);
    } else if (name == "unlink" || name == "rmdir") {
        paths.erase(one);
    } else if (name == "rename" || name == "exchange") {
        const Paths there = moved(paths, one, other), back = moved(paths, other, one);
        erase(paths, one);
        erase(paths, other);
        paths.insert(there.begin(), there.end());
        if (name == "exchange")
            paths.insert(back.begin(), back.end());
    }
}

}  // namespace

std::vector<std::string> DoomedSite::program() const {
    return {"/usr/bin/env", "LD_PRELOAD=" MD_DOOM_LIBRARY};
}

std::map<std::string, std::string> DoomedSite::environment(const Doom& doom) const {
    const std::string url = ca_.directory_url();
    const auto port = url.substr(url.rfind(':') + 1);
    std::map<std::string, std::string> all = {{"MD_DOOM_TREE", site.store().string()},
                                              {"MD_DOOM_STASH", stash().string()},
                                              {"MD_DOOM_LOG", log().string()},
                                              {"MD_DOOM_CA", port.substr(0, port.find('/'))},
                                              {"MD_DOOM", doom.how},
                                              {"MD_DOOM_CALL", std::to_string(doom.call)},
                                              {"MD_DOOM_MESSAGE", std::to_string(doom.message)}};
    if (doom.lasts)
        all["MD_DOOM_WHILE"] = flag().string();
    // A sanitizer's library wants to be the first one.
    const char* options = std::getenv("ASAN_OPTIONS");
    all["ASAN_OPTIONS"] =
        (options == nullptr ? "" : std::string(options) + ":") + "verify_asan_link_order=0";
    return all;
}

int DoomedSite::mdcertd(std::vector<std::string> arguments, const Doom& doom) {
    auto argv = program();
    argv.push_back(MD_BINARY);
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    argv.insert(argv.end(), {"-c", site.config_file().string()});
    return run_command({std::move(argv), environment(doom)}).status;
}

std::unique_ptr<Process> DoomedSite::run(const Doom& doom) {
    if (doom.lasts)
        write_file(flag(), "");
    return site.run_by(program(), environment(doom));
}

std::vector<std::string> DoomedSite::calls() const {
    std::istringstream lines(read_file(log()));
    std::vector<std::string> all;
    for (std::string number, rest; lines >> number && std::getline(lines >> std::ws, rest);)
        all.push_back(number == "message" ? number : rest);
    return all;
}

Paths DoomedSite::replayed(Paths paths) const {
    for (const std::string& call : calls())
        replay(paths, call);
    return paths;
}

Paths DoomedSite::paths() const {
    Paths all;
    for (const auto& entry : fs::recursive_directory_iterator(site.store()))
        all.insert(entry.path().string());
    return all;
}

}  // namespace md::test
