// SPDX-License-Identifier: Apache-2.0
// A daemon between an honest CA and a hostile one, which are the same Pebble, the one behind the
// shim. Each row of a table is a managed domain of its own whose CA does one thing wrong; the row
// says what comes of it. One daemon lives through all rows.
#pragma once

#include "site.hpp"
#include "support/acme_shim.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace md::test {

// What a row must come to.
struct Expected {
    std::string failure_class;  // "" = the attempt succeeds all the same
    std::string detail;         // part of what is recorded
    // The next attempt, counted from the failure.
    std::chrono::seconds earliest{0}, latest{0};

    Expected after(std::chrono::seconds from, std::chrono::seconds to) const {
        return {failure_class, detail, from, to};
    }
};
Expected recovered();
// With the delay that DESIGN §6 gives the first failure of the class; MDRetryDelay is an hour here.
Expected passing(const std::string& detail);
Expected budget(const std::string& detail);
Expected permanent(const std::string& detail);

struct Row {
    std::string name;
    Resource where;
    Play play;
    Expected expected;
    unsigned times = AcmeShim::always;
    unsigned skip = 0;
};

// The two CAs, and rows for which no daemon runs.
class HostileCa {
public:
    // By `mdcertd once` and `renew`, on a store of its own that has no account yet.
    void try_without_account(const Row& row);
    // For the table in tests/README.md.
    void count() const;

    Pebble ca{PebbleOptions::calm()};
    AcmeShim shim{ca};
};

class HostileSite : public HostileCa {
public:
    HostileSite();

    // The daemon takes up a new domain while the row plays, then once more while nothing does.
    void try_row(const Row& row);
    // The daemon lives, was not fed too much, leaked nothing (under sanitizers), and the domain
    // that no row is about is as it was. Counts.
    void finish();

    Site site{ca};

    // Takes it up at the hostile CA by a reload.
    void add_domain(const std::string& name);
    Process& daemon() { return *daemon_; }
    // Most memory it ever had, in kB.
    long peak_memory() const;

private:
    bool wait_for_end(const std::string& name);

    std::string domains_;
    unsigned rows_ = 0;
    std::unique_ptr<Process> daemon_;
    std::string other_;  // fingerprint
    long memory_at_start_ = 0;
};

// Each n-th row, on one daemon. The numbers in tests/README.md are those of all rows.
void try_rows(const std::vector<Row>& rows, std::size_t each);

// What the store's record of the attempts says, against what was expected.
void check_failure(const Site& site, const std::string& name, const Expected& expected);

}  // namespace md::test
