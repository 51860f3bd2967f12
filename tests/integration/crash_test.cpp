// SPDX-License-Identifier: Apache-2.0
// Killed, cut off from power or left without a disk at any point of an issuance and of a renewal,
// the released program loses nothing and finishes: tables of all the points there are, of which the
// default run takes a sample.
#include "base/secret.hpp"
#include "crypto/certificate.hpp"
#include "crypto/csr.hpp"
#include "crypto/private_key.hpp"
#include "doomed.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"
#include "support/test_issuer.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <random>

using namespace md::test;
using md::crypto::PrivateKey;
using std::chrono::seconds;

namespace {

constexpr int killed = 128 + 9;
// Pebble reuses one valid authorization in a hundred, whatever it is told. Then it is asked for
// less, the run ends before the last points come, and the point is tried anew.
constexpr int tries = 5;
constexpr std::size_t least_messages = 9;  // else
const std::string name = "one.test";
const std::string settings = "MDPrivateKeys P-256\nMDRetryDelay 1\n";

enum class Work { issuance, renewal };

// The fingerprint of the certificate a web server would load now, "" when there is none yet; throws
// when what lies there is no pair.
std::string usable_certificate(const Site& site) {
    if (!fs::exists(site.store() / "domains" / name))
        return "";
    const auto key =
        PrivateKey::from_pem(read_file(site.live(name, "privkey.p-256.pem")), md::base::Secret(""));
    const auto chain = md::crypto::parse_chain(read_file(site.live(name, "pubcert.p-256.pem")));
    if (!chain.front().has_key(key))
        throw std::runtime_error("the key is not that of the certificate");
    return chain.front().facts(md::model::KeySpec::ec("p-256")).fingerprint.text();
}

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

fs::perms expected_mode(const fs::directory_entry& entry) {
    const std::string file = entry.path().filename().string();
    if (entry.is_directory())
        return fs::perms::owner_all;
    const bool for_all = file.starts_with("pubcert") || file == "job.json" || file == "order.json";
    return fs::perms::owner_read | fs::perms::owner_write |
           (for_all ? fs::perms::group_read | fs::perms::others_read : fs::perms::none);
}

void check_modes(const Site& site) {
    for (const auto& entry : fs::recursive_directory_iterator(site.store())) {
        INFO(entry.path());
        CHECK(entry.status().permissions() == expected_mode(entry));
    }
}

std::size_t messages_in(const std::vector<std::string>& calls) {
    return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), "message"));
}

// In place of the certificate one that is 65 days old and lives for 90: its renewal is due. The CA
// makes none that are old already; who signed it does not matter here.
void age_certificate(const Site& site) {
    using std::chrono::days;
    const auto key =
        PrivateKey::from_pem(read_file(site.live(name, "privkey.p-256.pem")), md::base::Secret(""));
    const auto csr = md::crypto::make_csr(key, {*md::model::Identifier::parse(name)}, false);
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    write_file(site.live(name, "pubcert.p-256.pem"),
               TestIssuer().issue(csr, now - days{65}, now + days{25}));
}

// One CA for all points; each point has a site of its own, which for a renewal begins as a copy of
// one whose certificate is due.
class Table {
public:
    explicit Table(Work work) : work_(work), ca_(PebbleOptions::calm()), prepared_(ca_) {
        prepared_.configure(settings + "ManagedDomain one.test\n");
        if (work != Work::renewal)
            return;
        REQUIRE(prepared_.mdcertd({"once"}).status == 0);
        age_certificate(prepared_);
        const auto next = prepared_.status_of(name).at("next-action");
        REQUIRE(next.at("rule") == "renew_window");
        REQUIRE(next.at("due") == true);
    }

    Pebble& ca() { return ca_; }
    bool renews() const { return work_ == Work::renewal; }

    void begin(Site& site) const {
        site.configure(settings + "ManagedDomain one.test\n");
        if (!renews())
            return;
        fs::create_directory(site.store().parent_path());
        fs::copy(prepared_.store(), site.store(), fs::copy_options::recursive);
    }

    // All that is called and said when nothing goes wrong.
    std::vector<std::string> calls() {
        std::vector<std::string> all;
        for (int i = 0; i < tries && messages_in(all) < least_messages; ++i) {
            DoomedSite doomed(ca_);
            begin(doomed.site);
            REQUIRE(doomed.mdcertd({"once"}, {}) == 0);
            all = doomed.calls();
        }
        return all;
    }

private:
    Work work_;
    Pebble ca_;
    Site prepared_;
};

// One point of a table: what was there before, and what must be once all is well again.
class Point {
public:
    Point(Table& table, Doom doom) : doomed(table.ca()), doom_(std::move(doom)), table_(table) {
        table.begin(doomed.site);
        former_ = usable_certificate(doomed.site);
        accounts_ = table.ca().accounts();
        certificates_ = certificates();
    }

    const Doom& doom() const { return doom_; }
    const std::string& former() const { return former_; }

    // `seen` is what was live in the meantime.
    void check_whole(const std::string& seen) {
        const Site& site = doomed.site;
        const std::string now = usable_certificate(site);
        CHECK(now != "");
        CHECK(now != former_);
        CHECK((seen == former_ || seen == now));
        CHECK(site.verify(name, name, ".p-256") == "");
        CHECK(table_.ca().accounts() - accounts_ == (table_.renews() ? 0 : 1));
        CHECK(certificates() - certificates_ >= 1);
        CHECK(certificates() - certificates_ <= 2);
        CHECK(site.notified(name) >= 1);
        CHECK(site.notified(name) <= 2);
        CHECK(entries(site.store() / "tmp") == 0);
        CHECK(entries(site.store() / "staging") == 0);
        CHECK(entries(site.store() / "archive") == (table_.renews() ? 1 : 0));
        check_modes(site);
    }

    DoomedSite doomed;

private:
    unsigned certificates() const {
        return occurrences(table_.ca().log(), "Issued certificate serial");
    }

    Doom doom_;
    Table& table_;
    std::string former_;
    unsigned accounts_ = 0, certificates_ = 0;
};

std::string told(const Doom& doom) {
    return doom.how + " at " +
           (doom.call > 0 ? "call " + std::to_string(doom.call)
                          : "message " + std::to_string(doom.message));
}

// It dies, and whoever comes next finishes. False when its end came before that point.
bool die_and_finish(Table& table, const Doom& doom) {
    Point point(table, doom);
    DoomedSite& doomed = point.doomed;
    const int status = doomed.mdcertd({"once"}, doom);
    const auto calls = doomed.calls();
    if (status == 0 && messages_in(calls) < least_messages)
        return false;
    INFO("which was: " << (calls.empty() ? "" : calls.back()));
    CHECK(status == killed);
    const std::string seen = usable_certificate(doomed.site);
    const Outcome second = doomed.site.mdcertd({"once"});
    INFO(second.errors);
    CHECK(second.status == 0);
    point.check_whole(seen);
    return true;
}

void die_at(Table& table, const Doom& doom) {
    INFO(told(doom));
    bool died = false;
    for (int i = 0; i < tries && !died; ++i)
        died = die_and_finish(table, doom);
    CHECK(died);
}

bool has_any(const std::string& text, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return text.find(word) != std::string::npos; });
}

// The daemon has met the fault and said so, has died of it, or has come to the end all the same. As
// long as the fault lasts, the record of a failed attempt fails after it, and the status knows
// then.
bool has_met(const std::string& output, bool lasts) {
    return has_any(output, {"could not be stored", "was not archived", "notified domain="}) ||
           (!lasts && has_any(output, {"attempt failed"}));
}

std::string error_text(const Doom& doom) {
    return std::strerror(doom.how == "short" ? ENOSPC : std::stoi(doom.how));
}

// The daemon meets the fault, says what is wrong, and heals by itself when it ends.
void fail_and_heal(Table& table, const Doom& doom) {
    INFO(told(doom) << (doom.lasts ? ", lasting" : ""));
    Point point(table, doom);
    DoomedSite& doomed = point.doomed;
    auto daemon = doomed.run(doom);
    daemon->wait_until([&] { return has_met(daemon->output(), doom.lasts); },
                       {daemon->output_file()}, seconds{30});
    const auto calls = doomed.calls();
    INFO("all that was called by then: " << calls.size());
    const std::string seen = usable_certificate(doomed.site);
    // At its start it may end, with the reason; a service manager would start it again.
    const bool ended = !daemon->running();
    if (ended) {
        CHECK(daemon->wait(seconds{1}) == 1);
        CHECK_THAT(daemon->output(), Catch::Contains(error_text(doom)));
    } else if (doom.lasts && has_any(daemon->output(), {"attempt failed"})) {
        CHECK_THAT(daemon->output(), Catch::Contains(error_text(doom)));
        CHECK_THAT(doomed.site.status_of(name).dump(), Catch::Contains(error_text(doom)));
    }
    doomed.end_fault();
    if (ended)
        daemon = doomed.site.run();
    const bool healed = doomed.site.wait_for_notified(*daemon, name, seconds{30});
    INFO(daemon->output());
    REQUIRE(healed);
    CHECK(daemon->stop(seconds{5}) == 0);
    // What is owed is told, and what could not be deleted goes, with the next start.
    CHECK(doomed.site.mdcertd({"once"}).status == 0);
    point.check_whole(seen);
}

// 1..total, or so many of them, the same each time.
std::vector<unsigned> numbers(std::size_t total, std::size_t most) {
    std::vector<unsigned> all, chosen;
    for (unsigned n = 1; n <= total; ++n)
        all.push_back(n);
    std::mt19937 random(20261124);
    std::sample(all.begin(), all.end(), std::back_inserter(chosen), most, random);
    return chosen;
}

constexpr std::size_t everything = 1'000'000;

void kill_everywhere(Work work, std::size_t most) {
    Table table(work);
    const auto all = table.calls();
    const std::size_t messages = messages_in(all), calls = all.size() - messages;
    REQUIRE(calls > 60);
    REQUIRE(messages >= least_messages);
    unsigned tried = 0;
    for (const char* how : {"kill", "power"})
        for (unsigned n : numbers(calls, most)) {
            die_at(table, {how, n, 0, false});
            ++tried;
        }
    for (const char* how : {"kill", "answer"})
        for (unsigned n : numbers(messages, most)) {
            die_at(table, {how, 0, n, false});
            ++tried;
        }
    tally("kill-points", tried);
}

void fail_everywhere(Work work, std::size_t most) {
    Table table(work);
    const auto all = table.calls();
    const std::size_t calls = all.size() - messages_in(all);
    const std::vector<Doom> faults = {{std::to_string(ENOSPC), 0, 0, true},
                                      {std::to_string(EIO), 0, 0, false},
                                      {"short", 0, 0, true},
                                      {std::to_string(EROFS), 0, 0, true},
                                      {std::to_string(EACCES), 0, 0, false}};
    unsigned tried = 0;
    for (unsigned n : numbers(calls, most))
        for (std::size_t kind = 0; kind < faults.size(); ++kind) {
            if (most != everything && kind != n % faults.size())
                continue;  // of a sample each point gets one kind
            Doom doom = faults[kind];
            doom.call = n;
            fail_and_heal(table, doom);
            ++tried;
        }
    tally("faults", tried);
}

}  // namespace

TEST_CASE("no call that changes the store escapes the library that counts them") {
    for (Work work : {Work::issuance, Work::renewal}) {
        Table table(work);
        DoomedSite doomed(table.ca());
        table.begin(doomed.site);
        const auto before = table.renews() ? doomed.paths() : std::set<std::string>{};
        REQUIRE(doomed.mdcertd({"once"}, {}) == 0);
        auto replayed = doomed.replayed(before);
        replayed.erase(doomed.site.store().string());
        replayed.erase(doomed.site.store().parent_path().string());
        CHECK(replayed == doomed.paths());
        const auto calls = doomed.calls();
        for (const char* call : {"create ", "write ", "sync ", "chmod ", "mkdir ", "rename "})
            CHECK(std::any_of(calls.begin(), calls.end(),
                              [&](const std::string& one) { return one.starts_with(call); }));
    }
}

TEST_CASE("killed at some points of an issuance or a renewal, the next run finishes it", "[slow]") {
    kill_everywhere(GENERATE(Work::issuance, Work::renewal), 8);
}

TEST_CASE("a disk that fails at some points is told of, and healed once it works", "[slow]") {
    fail_everywhere(GENERATE(Work::issuance, Work::renewal), 8);
}

TEST_CASE("killed at every point of an issuance or a renewal, the next run finishes it", "[long]") {
    kill_everywhere(GENERATE(Work::issuance, Work::renewal), everything);
}

TEST_CASE("a disk that fails at any point of an issuance is told of and healed", "[long]") {
    fail_everywhere(Work::issuance, everything);
}

TEST_CASE("a disk that fails at any point of a renewal is told of and healed", "[long]") {
    fail_everywhere(Work::renewal, everything);
}
