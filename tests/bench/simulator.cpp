// SPDX-License-Identifier: Apache-2.0
// simulator [MDS [YEARS [ORDERS]]]: the real plan, dispatcher and backoff against a model of a
// CA, in virtual time. 10,000 MDs over five years by default, MDOrderRate 300 3h (ORDERS instead).
// Within that time the certificates of 90 days become ones of 64, then of 45; some MDs have 6-day
// ones; the CA is down for three days once and for hours often, and revokes a third of all
// certificates once; MDs have their own trouble with DNS; the daemon restarts. Fails if a
// certificate expires although CA and DNS worked for the last tenth of its life, or a limit is hit.
#include "bench/model_ca.hpp"
#include "schedule/backoff.hpp"
#include "schedule/dispatch.hpp"
#include "schedule/plan.hpp"
#include "schedule/renewal.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <string_view>

namespace md::bench {
namespace {

using namespace std::chrono_literals;
using model::FailureClass;
using std::chrono::days;

constexpr sys_seconds start = std::chrono::sys_days{std::chrono::year{2026} / 2 / 15};
constexpr seconds short_life = 160h;
constexpr seconds backdated = 1h;  // the CA's notBefore

class Chance {
public:
    double share() { return std::uniform_real_distribution<double>(0, 1)(random_); }
    // Between the two, every magnitude alike.
    seconds span(seconds least, seconds most) {
        double ratio = static_cast<double>(most.count()) / static_cast<double>(least.count());
        double length = static_cast<double>(least.count()) * std::pow(ratio, share());
        return seconds{static_cast<seconds::rep>(length)};
    }
    // Trouble that comes that often on average.
    Spans troubles(sys_seconds end, seconds mean_gap, seconds least, seconds most) {
        Spans spans;
        for (sys_seconds at = start + gap(mean_gap); at < end; at += gap(mean_gap)) {
            seconds length = span(least, most);
            spans.push_back({at, at + length});
            at += length;
        }
        return spans;
    }

private:
    seconds gap(seconds mean) {
        double gap = -static_cast<double>(mean.count()) * std::log(1 - share());
        return seconds{1 + static_cast<seconds::rep>(gap)};
    }
    std::mt19937 random_{20260215};
};

struct Tally {
    std::size_t renewals = 0, failures = 0, restarts = 0, revoked = 0;
    std::size_t expired = 0, expired_without_excuse = 0;
    double least_left = 1, least_left_undisturbed = 1;  // of a certificate's life, when renewed
    seconds revoked_held = 0s;                          // the longest, with DNS in order
};

class World {
public:
    World(std::size_t domains, seconds duration, model::OrderRate rate);
    void run();
    const Tally& tally() const { return tally_; }
    const ModelCa& ca() const { return ca_; }

private:
    enum class Kind { attempt_ends, expiry, restart, revocation };
    struct Event {
        sys_seconds at;
        Kind kind;
        std::size_t place = 0;
        unsigned generation = 0;  // of the MD's attempt or certificate; another is out of date
        bool operator>(const Event& other) const { return at > other.at; }
    };
    struct Domain {
        model::ObservedDomain* held = nullptr;
        Spans dns_trouble;
        unsigned attempt = 0, certificate = 0;
        bool short_lived = false, certified = false;
        std::optional<sys_seconds> revoked_at;
        ModelCa::Reply reply{};  // to the order of the attempt that runs
    };

    void settle();
    void replan(std::size_t place);
    // Returns when there may be more to start.
    std::optional<sys_seconds> start_due();
    void begin(std::size_t place);
    void heed(const Event& event);
    void finish(std::size_t place);
    void fail(std::size_t place, FailureClass failure_class, std::optional<sys_seconds> retry);
    void install(std::size_t place);
    void note_renewal(const Domain& domain, const model::CertificateFacts& former);
    void expire(std::size_t place);
    void restart();
    void revoke();
    sys_seconds after(double share) const;

    sys_seconds now_ = start, end_;
    Chance chance_;
    model::DesiredState desired_;
    model::ObservedState observed_;
    std::vector<Domain> domains_;
    ModelCa ca_;
    schedule::Dispatcher dispatcher_;
    std::map<std::string, std::size_t> places_;  // by name
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    Tally tally_;
};

World::World(std::size_t domains, seconds duration, model::OrderRate rate)
    : end_(start + duration), domains_(domains) {
    desired_.server.order_rate = rate;
    for (std::size_t place = 0; place < domains; ++place) {
        std::string name = "md" + std::to_string(place) + ".example.org";
        model::ManagedDomain wanted;
        wanted.members.push_back({model::Identifier::parse(name).value(), {}});
        desired_.domains.push_back(std::move(wanted));
        Domain& domain = domains_[place];
        domain.held = &observed_.domains[name];
        places_.emplace(name, place);
        domain.short_lived = place % 33 == 0;
        domain.dns_trouble = chance_.troubles(end_, days{700}, 10min, days{8});
    }
    settle();
}

sys_seconds World::after(double share) const {
    return start +
           seconds{static_cast<seconds::rep>(static_cast<double>((end_ - start).count()) * share)};
}

// What happens when; the shares of five years are the dates that Let's Encrypt has announced.
void World::settle() {
    ca_.eras = {{start, days{90}}, {after(0.2), days{64}}, {after(0.4), days{45}}};
    ca_.down = chance_.troubles(end_, days{30}, 5min, 12h);
    ca_.down.push_back({after(0.5), after(0.5) + days{3}});
    ca_.busy = chance_.troubles(end_, days{45}, 5min, 6h);
    events_.push({after(0.7), Kind::revocation});
    for (const Span& restart : chance_.troubles(end_, days{20}, 1s, 2s))
        events_.push({restart.from, Kind::restart});
    dispatcher_.plan_all(desired_, observed_, now_);
}

void World::replan(std::size_t place) {
    const model::ManagedDomain& wanted = desired_.domains[place];
    dispatcher_.plan(desired_.server, wanted, *domains_[place].held, now_);
}

void World::run() {
    while (now_ < end_) {
        const std::optional<sys_seconds> wake = start_due();
        sys_seconds next = events_.empty() ? end_ : events_.top().at;
        next = std::min(next, wake.value_or(next));
        now_ = std::max(now_, next);
        while (!events_.empty() && events_.top().at <= now_) {
            Event event = events_.top();
            events_.pop();
            heed(event);
        }
    }
}

std::optional<sys_seconds> World::start_due() {
    const schedule::Dispatch dispatch = dispatcher_.dispatch(desired_.server, now_);
    for (const schedule::Start& one : dispatch.start)
        begin(places_.at(one.domain));
    return dispatch.wake;
}

void World::begin(std::size_t place) {
    Domain& domain = domains_[place];
    auto& attempts = domain.held->attempts;
    if (!attempts)
        attempts.emplace();
    attempts->begun(now_);
    domain.reply = ca_.new_order(place, domain.certified, now_);
    seconds duration = domain.reply.answer == Answer::silence    ? 30s
                       : domain.reply.answer == Answer::accepted ? chance_.span(2s, 30s)
                                                                 : 1s;
    events_.push({now_ + duration, Kind::attempt_ends, place, ++domain.attempt});
}

void World::heed(const Event& event) {
    switch (event.kind) {
        case Kind::attempt_ends:
            if (event.generation == domains_[event.place].attempt)
                finish(event.place);
            return;
        case Kind::expiry:
            if (event.generation == domains_[event.place].certificate)
                expire(event.place);
            return;
        case Kind::restart:
            return restart();
        case Kind::revocation:
            return revoke();
    }
}

void World::finish(std::size_t place) {
    Domain& domain = domains_[place];
    dispatcher_.ended(desired_.domains[place].name());
    auto [answer, retry] = domain.reply;
    if (answer == Answer::silence || any_has(ca_.down, now_)) {
        fail(place, FailureClass::passing, std::nullopt);
    } else if (answer != Answer::accepted) {
        const std::string& ca = desired_.domains[place].settings->common().directory_url;
        dispatcher_.limits().hold_until(ca, retry);
        fail(place, answer == Answer::busy ? FailureClass::passing : FailureClass::budget, retry);
    } else if (any_has(domain.dns_trouble, now_)) {
        ca_.refuse_proof(place, now_);
        fail(place, FailureClass::budget, std::nullopt);
    } else {
        install(place);
    }
    replan(place);
}

void World::fail(std::size_t place, FailureClass failure_class, std::optional<sys_seconds> retry) {
    ++tally_.failures;
    model::ObservedDomain& held = *domains_[place].held;
    std::optional<seconds> lifetime;
    if (!held.certificates.empty())
        lifetime = held.certificates.front().lifetime();
    ++held.attempts->errors;
    held.attempts->next_run =
        schedule::retry_at({failure_class, held.attempts->errors, now_, retry, lifetime,
                            desired_.server.retry_delay, chance_.share()});
}

void World::install(std::size_t place) {
    Domain& domain = domains_[place];
    model::ObservedDomain& held = *domain.held;
    if (!held.certificates.empty())
        note_renewal(domain, held.certificates.front());
    if (domain.revoked_at && !any_meets(domain.dns_trouble, {*domain.revoked_at, now_}))
        tally_.revoked_held = std::max(tally_.revoked_held, now_ - *domain.revoked_at);
    domain.revoked_at.reset();
    seconds lifetime = ca_.issue(place, domain.certified, now_);
    model::CertificateFacts facts;
    facts.names = {desired_.domains[place].members.front().name};
    facts.not_before = now_ - backdated;
    facts.not_after = facts.not_before + (domain.short_lived ? short_life : lifetime) - 1s;
    held.certificates = {facts};
    held.state = {};
    held.state.last_run = held.attempts->last_run;
    held.state.started = std::move(held.attempts->started);
    held.attempts.reset();
    domain.certified = true;
    events_.push({facts.not_after, Kind::expiry, place, ++domain.certificate});
}

void World::note_renewal(const Domain& domain, const model::CertificateFacts& former) {
    ++tally_.renewals;
    double left = static_cast<double>((former.not_after - now_).count()) /
                  static_cast<double>(former.lifetime().count());
    Span open{schedule::renew_at(former, {}), now_};
    bool disturbed = any_meets(ca_.down, open) || any_meets(ca_.busy, open) ||
                     any_meets(domain.dns_trouble, open);
    tally_.least_left = std::min(tally_.least_left, left);
    if (!disturbed)
        tally_.least_left_undisturbed = std::min(tally_.least_left_undisturbed, left);
}

void World::expire(std::size_t place) {
    ++tally_.expired;
    const Domain& domain = domains_[place];
    const seconds lifetime = domain.held->certificates.front().lifetime();
    const Span last_tenth{now_ - lifetime / 10, now_};
    if (!any_meets(ca_.down, last_tenth) && !any_meets(ca_.busy, last_tenth) &&
        !any_meets(domain.dns_trouble, last_tenth))
        ++tally_.expired_without_excuse;
}

// Nothing is left but the store.
void World::restart() {
    ++tally_.restarts;
    dispatcher_ = {};
    dispatcher_.limits().recall(desired_, observed_);
    for (Domain& domain : domains_)
        ++domain.attempt;
    dispatcher_.plan_all(desired_, observed_, now_);
}

// Worth as much as none.
void World::revoke() {
    for (std::size_t place = 0; place < domains_.size(); place += 3) {
        Domain& domain = domains_[place];
        if (domain.held->certificates.empty())
            continue;
        domain.held->certificates.clear();
        domain.revoked_at = now_;
        ++domain.certificate;
        ++tally_.revoked;
        replan(place);
    }
}

bool report(const Tally& tally, const ModelCa& ca) {
    std::printf("renewals                         %zu\n", tally.renewals);
    std::printf("failed attempts                  %zu\n", tally.failures);
    std::printf("restarts                         %zu\n", tally.restarts);
    std::printf("most orders in an hour           %zu\n", ca.busiest_hour());
    std::printf("limits exceeded                  %zu\n", ca.limits_hit());
    std::printf("orders before a Retry-After      %zu\n", ca.too_early());
    std::printf("least life left at renewal       %.1f %%\n", tally.least_left * 100);
    std::printf("the same, nothing in the way     %.1f %%\n", tally.least_left_undisturbed * 100);
    std::printf("revoked                          %zu, the last replaced after %.1f h\n",
                tally.revoked, static_cast<double>(tally.revoked_held.count()) / 3600);
    std::printf("expired for want of CA or DNS    %zu\n",
                tally.expired - tally.expired_without_excuse);
    std::printf("expired while the CA worked      %zu\n", tally.expired_without_excuse);
    return tally.expired_without_excuse == 0 && ca.limits_hit() == 0 && ca.too_early() == 0;
}

}  // namespace
}  // namespace md::bench

int main(int argc, char** argv) {
    using namespace md;
    unsigned numbers[] = {10'000, 5, 300};  // MDs, years, orders in 3 hours
    for (int i = 1; i < argc; ++i) {
        std::string_view text = argv[i];
        unsigned& number = numbers[i < 3 ? i - 1 : 2];
        auto [end, error] = std::from_chars(text.begin(), text.end(), number);
        if (argc > 4 || error != std::errc{} || end != text.end() || number == 0) {
            std::fputs("usage: simulator [MDS [YEARS [ORDERS IN 3 HOURS]]]\n", stderr);
            return 2;
        }
    }
    bench::World world(numbers[0], std::chrono::days{365} * numbers[1],
                       {numbers[2], std::chrono::hours{3}});
    world.run();
    return bench::report(world.tally(), world.ca()) ? 0 : 1;
}
