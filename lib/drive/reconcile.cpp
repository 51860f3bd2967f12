// SPDX-License-Identifier: Apache-2.0
#include "drive/reconcile.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "drive/inherit.hpp"
#include "drive/observe.hpp"
#include "schedule/renewal.hpp"

#include <algorithm>
#include <numeric>

namespace md::drive {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;

// The wall clock may jump while the steady one waits; nobody notices a plan made every five
// minutes.
constexpr std::chrono::seconds longest_wait = std::chrono::minutes{5};

}  // namespace

Reconcile::Reconcile(base::asio::any_io_executor executor, Tools tools, notify::Hooks& hooks,
                     model::DesiredState desired, OnChange on_change)
    : tools_(std::move(tools)),
      hooks_(hooks),
      desired_(std::move(desired)),
      on_change_(std::move(on_change)),
      executor_(executor),
      nursery_(executor),
      poke_(executor) {
    tools_.hooks = &hooks_;
}

base::Task<void> Reconcile::load() {
    co_await inherit_renamed(tools_.store, desired_);
    Sighting sighting = co_await look(tools_.store, all_of(desired_), {});
    co_await remember(sighting);
    observed_ = std::move(sighting.state);
    for (const auto& [name, domain] : observed_.domains)
        if (!domain.damage->empty())
            log::error("store damaged, the certificate is obtained anew", log::kv("domain", name),
                       log::kv("reason", *domain.damage));
    lanes_.recall(desired_, observed_);
    index_names();
    replan_all(tools_.clock.now());
    on_change_(nullptr);
}

// For the next start; without it that only takes longer.
base::Task<void> Reconcile::remember(const Sighting& sighting) {
    if (sighting.read <= few)
        co_return;
    std::string unwritten;
    try {
        co_await write_index(tools_.store, sighting.state);
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::warn("the index of the store could not be written", log::kv("reason", unwritten));
}

void Reconcile::index_names() {
    by_name_.resize(desired_.domains.size());
    std::iota(by_name_.begin(), by_name_.end(), 0U);
    std::sort(by_name_.begin(), by_name_.end(), [this](std::uint32_t a, std::uint32_t b) {
        return desired_.domains[a].name() < desired_.domains[b].name();
    });
}

std::optional<std::size_t> Reconcile::place_of(const std::string& name) const {
    auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                  [this](std::uint32_t place, const std::string& text) {
                                      return desired_.domains[place].name() < text;
                                  });
    if (found == by_name_.end() || desired_.domains[*found].name() != name)
        return std::nullopt;
    return *found;
}

const model::ManagedDomain* Reconcile::wanted(const std::string& name) const {
    auto place = place_of(name);
    return place ? &desired_.domains[*place] : nullptr;
}

void Reconcile::request(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (wanted(name) == nullptr)
            throw base::Error("no managed domain is called '" + name +
                              "': use the first name of its ManagedDomain line");
    requested_.insert(names.begin(), names.end());
    for (const std::string& name : names)
        replan(*place_of(name), tools_.clock.now());
    poke_.wake();
}

// Not a matter of course: the watchdog believes nothing it cannot count.
bool Reconcile::all_planned() const {
    auto busy =
        static_cast<std::ptrdiff_t>(running_.size()) - static_cast<std::ptrdiff_t>(strays_.size());
    return static_cast<std::ptrdiff_t>(agenda_.size()) + busy >= driven_;
}

void Reconcile::replan_all(sys_seconds now) {
    agenda_.clear(desired_.domains.size());
    untold_.clear();
    errands_.clear();
    driven_ = 0;
    for (std::size_t place = 0; place < desired_.domains.size(); ++place) {
        driven_ += desired_.domains[place].driven();
        replan(place, now);
    }
    planned_at_ = now;
}

void Reconcile::replan(std::size_t place, sys_seconds now) {
    const model::ManagedDomain& domain = desired_.domains[place];
    const model::ObservedDomain& held = observed_.of(domain.name());
    if (notify::is_owed(held))
        untold_.insert(place);
    else
        untold_.erase(place);
    plan_errand(place, now);
    schedule::Step step = schedule::plan_domain(domain, held, now);
    sys_seconds deadline = schedule::deadline(domain, held).value_or(now);
    if (requested_.contains(domain.name())) {
        step.at = now;
        deadline = sys_seconds::min();
    }
    if (!step.at || running_.contains(domain.name()))
        return agenda_.remove(place);
    if (!strays_.empty() && step.due(now) && awaits_former_self(domain))
        step.at = now + std::chrono::minutes{1};
    agenda_.put({place, lanes_.lane_of(domain), *step.at, deadline});
}

// Nothing but certificates, jobs and the time decides, so a plan stands until one of them does what
// it is not expected to.
void Reconcile::replan_when_the_clock_jumped(sys_seconds now) {
    bool jumped = now < looked_at_ || now > looked_at_ + 2 * longest_wait;
    looked_at_ = now;
    if (jumped || now >= planned_at_ + desired_.server.check_interval)
        replan_all(now);
}

schedule::Agenda::LaneOpens Reconcile::lane_opens(sys_seconds now) const {
    return [this, now](std::size_t lane) { return lanes_.opens(lane, now, desired_.server); };
}

void Reconcile::start_due(sys_seconds now) {
    // `mdcertd renew` does not wait for a rate.
    for (const std::string& name : std::set<std::string>(requested_))
        if (running_.size() < desired_.server.max_parallel && !running_.contains(name)) {
            auto place = *place_of(name);
            agenda_.remove(place);
            start({place, 0, now, now}, now);
        }
    while (running_.size() < desired_.server.max_parallel) {
        auto next = agenda_.take(now, lane_opens(now));
        if (!next)
            break;
        start(*next, now);
    }
}

void Reconcile::start(const schedule::Appointment& appointment, sys_seconds now) {
    const model::ManagedDomain& domain = desired_.domains[appointment.place];
    const std::string& name = domain.name();
    bool requested = requested_.erase(name) > 0;
    std::string reason =
        requested ? "requested" : schedule::plan_domain(domain, observed_.of(name), now).reason;
    running_.insert(name);
    lanes_.count(domain, now, desired_.server);
    log::info("attempt started", log::kv("domain", name), log::kv("reason", reason));
    nursery_.start(drive_one(name),
                   [this, name](std::exception_ptr failed) { ended(name, failed); });
}

void Reconcile::ended(const std::string& name, std::exception_ptr failed) {
    running_.erase(name);
    strays_.erase(name);
    if (running_.empty())
        tools_.authorities.close_idle();
    log_unexpected(name, failed);
    auto place = place_of(name);
    if (!place) {
        observed_.domains.erase(name);
        requested_.erase(name);
    } else if (!single_pass_) {
        replan(*place, tools_.clock.now());
    }
    // Asked for while this one was under way: the one that follows is waited for.
    if (!requested_.contains(name))
        tell_waiters(name);
    poke_.wake();
}

// attempt() records its failures itself; what else ends a child is a cancellation, or a defect of
// ours.
void Reconcile::log_unexpected(const std::string& domain, std::exception_ptr failed) {
    if (!failed)
        return;
    try {
        std::rethrow_exception(failed);
    } catch (const boost::system::system_error& error) {
        if (error.code() != base::asio::error::operation_aborted)
            log::error("unexpected error", log::kv("domain", domain),
                       log::kv("reason", error.what()));
    } catch (const std::exception& error) {
        log::error("unexpected error", log::kv("domain", domain), log::kv("reason", error.what()));
    }
}

void Reconcile::tell_waiters(const std::string& name) {
    for (EndWaiter& waiter : end_waiters_)
        if (waiter.left.erase(name) > 0 && waiter.left.empty())
            waiter.done.wake();
}

base::Task<void> Reconcile::attempts_ended(std::vector<std::string> names) {
    auto place = end_waiters_.emplace(end_waiters_.end(), executor_);
    place->left.insert(names.begin(), names.end());
    std::exception_ptr cancelled;
    try {
        if (!place->left.empty())
            co_await place->done.wait();
    } catch (...) {
        cancelled = std::current_exception();
    }
    end_waiters_.erase(place);
    if (cancelled)
        std::rethrow_exception(cancelled);
}

base::Task<void> Reconcile::drive_one(std::string name) {
    if (wanted(name) == nullptr) {  // a reload took it away before it began
        co_await inherit_from(name);
        co_return;
    }
    const model::ManagedDomain tried = *wanted(name);
    model::ObservedDomain held = observed_.of(name);
    Attempted outcome = co_await attempt(tools_, desired_.server, tried, std::move(held));
    if (outcome.ca_busy_until)
        hold_lane(tried, *outcome.ca_busy_until);
    const model::ManagedDomain* now_wanted = wanted(name);
    if (now_wanted != nullptr && now_wanted->differs_from(tried))
        outcome.held.forget_delay();  // a reload came meanwhile
    // What was told and seen of a set that stays was noted meanwhile.
    if (outcome.held.staged_job)
        outcome.held.live_job = observed_.of(name).live_job;
    observed_.domains[name] = std::move(outcome.held);
    if (now_wanted == nullptr)
        co_await inherit_from(name);
    on_change_(now_wanted == nullptr ? nullptr : wanted(name));
}

void Reconcile::hold_lane(const model::ManagedDomain& domain, sys_seconds until) {
    std::size_t lane = lanes_.lane_of(domain);
    lanes_.hold(lane, until);
    log::warn("the CA asks to be left alone", log::kv("ca", lanes_.directory_url(lane)),
              log::kv("until", base::rfc3339(until)));
}

milliseconds Reconcile::until_next(const notify::Owed& owed, sys_seconds now) const {
    sys_seconds next = schedule::next_look({}, now, longest_wait);
    // With all hands busy the next one starts when one of them is done.
    if (running_.size() < desired_.server.max_parallel)
        next = std::min(next, agenda_.next(now, lane_opens(now)).value_or(next));
    if (owed.next && !notifying_)
        next = std::min(next, *owed.next);
    next = std::min(next, next_errand(now).value_or(next));
    return std::max<std::chrono::seconds>(next - now, std::chrono::seconds{1});
}

base::Task<void> Reconcile::poked() {
    co_await poke_.wait();
}

base::Task<void> Reconcile::work() {
    while (true) {
        sys_seconds now = tools_.clock.now();
        replan_when_the_clock_jumped(now);
        if (!adopting_)
            start_due(now);
        if (all_planned())
            ++sound_turns_;
        auto owes = owed(now);
        start_notification(owes);
        start_errands(now);
        milliseconds wait = until_next(owes, now);
        co_await base::first_of(poked(), tools_.clock.wait(wait));
    }
}

base::Task<void> Reconcile::run() {
    std::exception_ptr ended;
    try {
        co_await work();
    } catch (...) {
        ended = std::current_exception();
    }
    nursery_.cancel();
    co_await base::asio::this_coro::throw_if_cancelled(false);
    co_await nursery_.join();
    std::rethrow_exception(ended);
}

base::Task<std::vector<std::string>> Reconcile::drive_due() {
    single_pass_ = true;
    const sys_seconds begun = tools_.clock.now();
    replan_all(begun);
    do {
        start_due(begun);
        if (!running_.empty())
            co_await poke_.wait();
    } while (!running_.empty());
    std::vector<std::string> waiting;
    for (const schedule::Appointment& one : agenda_.due(begun))
        waiting.push_back(desired_.domains[one.place].name());
    co_await tell_all();
    co_return waiting;
}

// Once each: what fails or is not seen is due later than this.
base::Task<void> Reconcile::tell_all() {
    const sys_seconds now = tools_.clock.now();
    replan_all(now);
    start_notification(owed(now));
    co_await nursery_.settle();
    for (start_errands(now); !on_errand_.empty(); start_errands(now))
        co_await nursery_.settle();
}

}  // namespace md::drive
