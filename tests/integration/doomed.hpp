// SPDX-License-Identifier: Apache-2.0
// The released program with tests/preload/doom.cpp preloaded: it dies, or its store fails, at a
// chosen system call or message to the CA. The program itself knows nothing of it.
#pragma once

#include "site.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace md::test {

// How it ends or fails, and when. By default it does neither.
struct Doom {
    std::string how = "";  // "kill", "power", "answer", "short", or an error's number
    unsigned call = 0;     // at which change of the store, counted from 1; 0: at none
    unsigned message = 0;  // at which message to the CA
    bool lasts = false;    // the error stays until end_fault()
};

class DoomedSite {
public:
    explicit DoomedSite(Pebble& ca) : site(ca), ca_(ca) { fs::create_directory(stash()); }

    // `mdcertd ARGUMENTS -c FILE`, doomed, to its end: 137 when it was killed.
    int mdcertd(std::vector<std::string> arguments, const Doom& doom);
    // `mdcertd run`, doomed.
    std::unique_ptr<Process> run(const Doom& doom);
    void end_fault() const { fs::remove(flag()); }

    // What was called: "create PATH", "rename FROM TO", ..., or "message", in this order.
    std::vector<std::string> calls() const;
    // The paths below the store that those calls make of the ones there were before.
    std::set<std::string> replayed(std::set<std::string> paths) const;
    // The paths that are really there.
    std::set<std::string> paths() const;

    Site site;

private:
    std::vector<std::string> program() const;
    std::map<std::string, std::string> environment(const Doom& doom) const;
    fs::path stash() const { return site.directory() / "stash"; }
    fs::path flag() const { return site.directory() / "fault"; }
    fs::path log() const { return site.directory() / "calls"; }

    Pebble& ca_;
};

}  // namespace md::test
