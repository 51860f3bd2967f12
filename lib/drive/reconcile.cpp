// SPDX-License-Identifier: Apache-2.0
#include "drive/reconcile.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "drive/failure_cause.hpp"
#include "drive/observe.hpp"
#include "drive/rename.hpp"
#include "drive/settings_digest.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;

// The wall clock may jump while the steady one waits; nobody notices a plan made every five
// minutes.
constexpr std::chrono::seconds longest_wait = std::chrono::minutes{5};

base::Task<void> woken(base::Wakeup& wakeup) {
    co_await wakeup.wait();
}

}  // namespace

Reconcile::Reconcile(base::asio::any_io_executor executor, DriveContext context,
                     process::Commands& hooks, model::DesiredState desired, OnChange on_change)
    : context_(std::move(context)),
      table_(context_.store, std::move(desired)),
      on_change_(std::move(on_change)),
      nursery_(executor),
      poke_(executor),
      notify_command_(table_, context_, nursery_, poke_),
      followups_(table_, context_, nursery_, poke_),
      requests_(executor),
      reading_(executor, 1) {
    context_.hooks = &hooks;
}

base::Task<void> Reconcile::load() {
    co_await rename_in_store(context_.store, table_.desired, context_.clock.now());
    Observation observation = co_await look(context_.store, all_of(table_.desired), {});
    co_await remember(observation);
    for (const model::ManagedDomain& domain : table_.desired.domains) {
        model::ObservedDomain& seen = observation.state.domains[domain.name()];
        log_damage(domain.name(), seen);
        keep(domain, std::move(seen));
    }
    read_at_ = context_.clock.now();
    dispatcher_.limits().recall(table_.desired, table_.observed);
    replan_all(context_.clock.now());
    changes_.all = true;
    hand_over();
}

// What is known of an MD from now on, as the settings have it.
void Reconcile::keep(const model::ManagedDomain& domain, model::ObservedDomain held, bool changed) {
    apply_settings(held, table_.desired.server, domain, context_.store.passphrase(),
                   context_.clock.now(), changed);
    table_.keep(domain.name(), std::move(held));
}

void Reconcile::log_damage(const std::string& name, const model::ObservedDomain& held) {
    if (!held.damage->empty())
        log::error("store damaged, the certificate is obtained anew", log::kv("domain", name),
                   log::kv("reason", *held.damage));
}

// For the next start; without it that only takes longer.
base::Task<void> Reconcile::remember(const Observation& observation) {
    if (observation.read <= few)
        co_return;
    std::string unwritten;
    try {
        co_await write_index(context_.store, observation.state);
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::warn("the index of the store could not be written", log::kv("reason", unwritten));
}

void Reconcile::request(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (table_.wanted(name) == nullptr)
            throw base::Error("no managed domain is called '" + name +
                              "': use the first name of its ManagedDomain line");
    dispatcher_.request(names);
    for (const std::string& name : names)
        replan(name);
    poke_.wake();
}

void Reconcile::replan_all(sys_seconds now) {
    dispatcher_.plan_all(table_.desired, table_.observed, now);
    notify_command_.plan_all();
    followups_.plan_all(now);
    planned_at_ = now;
    warn_of_limits();
}

void Reconcile::replan(const std::string& name) {
    const model::ManagedDomain* domain = table_.wanted(name);
    if (domain == nullptr)
        return;
    const sys_seconds now = context_.clock.now();
    notify_command_.plan(name);
    followups_.plan(*domain, now);
    dispatcher_.plan(table_.desired.server, *domain, table_.observed.of(name), now);
    warn_of_limits();
}

// What MDNotifyCmd and the follow-ups have noted.
void Reconcile::replan_changed() {
    for (const std::string& name : table_.take_changed()) {
        changes_.domains.insert(name);
        replan(name);
    }
}

// Nothing but certificates, jobs and the time decides, so a plan stands until one of them does
// what it is not expected to.
void Reconcile::replan_when_the_clock_jumped(sys_seconds now) {
    bool jumped = now < turned_at_ || now > turned_at_ + 2 * longest_wait;
    turned_at_ = now;
    if (jumped || now >= planned_at_ + table_.desired.server.check_interval)
        replan_all(now);
}

void Reconcile::warn_of_limits() {
    for (const schedule::Step& step : dispatcher_.take_limited())
        log::warn("renewed too often, the next renewal waits: see what makes it due",
                  log::kv("domain", step.domain), log::kv("reason", step.reason),
                  log::kv("next_attempt", base::rfc3339(*step.at)));
}

void Reconcile::hand_over() {
    const Changes changes = std::exchange(changes_, {});
    if (changes.all || !changes.domains.empty())
        on_change_(changes);
}

// What was observed is handed over before anybody is notified of it.
schedule::Dispatch Reconcile::dispatch(sys_seconds now) {
    replan_changed();
    schedule::Dispatch dispatch;
    if (!adopting_)
        dispatch = dispatcher_.dispatch(table_.desired.server, now);
    for (const schedule::PutOff& one : dispatch.put_off)
        if (one.what == schedule::WaitsFor::order_rate)
            requests_.put_off(one.domain);
    for (const schedule::Start& one : dispatch.start)
        start(one, now);
    hand_over();
    return dispatch;
}

void Reconcile::start(const schedule::Start& start, sys_seconds now) {
    const std::string& name = start.domain;
    std::string reason(schedule::word(start.rule));
    if (start.rule != schedule::Rule::requested)
        reason = schedule::plan_domain(*table_.wanted(name), table_.observed.of(name), now).reason;
    log::info("attempt started", log::kv("domain", name), log::kv("reason", reason));
    const model::Settings& settings = *table_.wanted(name)->settings;
    if (!start.issuer.empty() && start.issuer != settings.common().directory_url)
        log::warn("another CA is asked, since the first one failed", log::kv("domain", name),
                  log::kv("ca", start.issuer));
    nursery_.start(drive_one(name, start.issuer),
                   [this, name](std::exception_ptr failed) { ended(name, failed); });
}

void Reconcile::ended(const std::string& name, std::exception_ptr failed) {
    hand_over();  // the loop may be looking at the disk for long
    const bool was_orphan = dispatcher_.ended(name);
    if (dispatcher_.running().empty())
        context_.ca_sessions.close_idle();
    log_unexpected(name, failed);
    if (table_.wanted(name) == nullptr) {
        table_.forget(name);
        dispatcher_.forget(name);
    } else if (!single_pass_) {
        replan(name);
    }
    if (was_orphan && failed)
        replan_all(context_.clock.now());  // whoever waited for it waits no more
    if (!dispatcher_.is_requested(name))
        requests_.ended(name);
    poke_.wake();
}

base::Task<void> Reconcile::drive_one(std::string name, std::string issuer) {
    if (table_.wanted(name) == nullptr) {  // a reload took it away before it began
        co_await follow_rename(name);
        co_return;
    }
    const model::ManagedDomain tried = *table_.wanted(name);
    model::ObservedDomain held = table_.observed.of(name);
    if (tried.settings->issuer_at(issuer) == nullptr)  // another is asked since
        issuer = schedule::plan_domain(tried, held, context_.clock.now()).issuer;
    if (issuer.empty())
        co_return;
    base::Task<AttemptResult> trying =
        attempt(context_, table_.desired.server, tried, std::move(held), issuer);
    AttemptResult result = co_await std::move(trying);
    if (result.ca_busy_until && *result.ca_busy_until > context_.clock.now()) {
        dispatcher_.limits().hold_until(issuer, *result.ca_busy_until);
        log::warn("the CA asks to be left alone", log::kv("ca", issuer),
                  log::kv("until", base::rfc3339(*result.ca_busy_until)));
    }
    // A reload may have come meanwhile.
    const model::ManagedDomain* now_wanted = table_.wanted(name);
    model::ObservedDomain now_held = std::move(result).held_after(table_.observed.of(name));
    if (now_wanted != nullptr) {
        keep(*now_wanted, std::move(now_held));
        changes_.domains.insert(name);
    } else {
        table_.keep(name, std::move(now_held));
        co_await follow_rename(name);
    }
}

// Returns for how long nothing is to be done.
milliseconds Reconcile::turn(sys_seconds now) {
    replan_when_the_clock_jumped(now);
    const std::optional<sys_seconds> start = dispatch(now).wake;
    if (dispatcher_.is_complete())
        ++sound_turns_;
    notify::Owed owes = notify_command_.owed(now, dispatcher_.may_notify_later());
    notify_command_.start(owes);
    followups_.start_due(now);
    if (notify_command_.running())
        owes.next.reset();
    sys_seconds next = schedule::next_look({}, now, longest_wait);
    for (const auto& time : {start, owes.next, followups_.next(now)})
        next = std::min(next, time.value_or(next));
    next = std::min(next, read_at_ + table_.desired.server.check_interval);
    return std::max<std::chrono::seconds>(next - now, std::chrono::seconds{1});
}

base::Task<void> Reconcile::work() {
    while (true) {
        sys_seconds now = context_.clock.now();
        if (is_time_to_look(now))
            co_await look_at_disk();
        const milliseconds wait = turn(now);
        co_await base::first_of(woken(poke_), context_.clock.wait(wait));
    }
}

// No child outlives the work: where that is cancelled, or fails, they are cancelled and awaited.
base::Task<void> Reconcile::with_children(base::Task<void> work) {
    std::exception_ptr failed;
    try {
        co_await std::move(work);
    } catch (...) {
        failed = std::current_exception();
    }
    if (failed)
        nursery_.cancel();
    co_await base::asio::this_coro::throw_if_cancelled(false);
    co_await nursery_.join();
    if (failed)
        std::rethrow_exception(failed);
}

base::Task<void> Reconcile::run() {
    base::Task<void> endless = work();
    co_await with_children(std::move(endless));
}

base::Task<std::vector<std::string>> Reconcile::drive_due() {
    std::vector<std::string> waiting;
    base::Task<void> pass = drive_once(waiting);
    co_await with_children(std::move(pass));
    co_return waiting;
}

base::Task<void> Reconcile::drive_once(std::vector<std::string>& waiting) {
    single_pass_ = true;
    dispatcher_.begin_single_pass();
    const sys_seconds begun = context_.clock.now();
    replan_all(begun);
    for (dispatch(begun); !dispatcher_.running().empty(); dispatch(begun))
        co_await poke_.wait();
    waiting = dispatcher_.due(begun);
    co_await tell_all();
}

// Once each: what fails or is not seen is due later than this.
base::Task<void> Reconcile::tell_all() {
    const sys_seconds now = context_.clock.now();
    replan_all(now);
    notify_command_.start(notify_command_.owed(now, false));
    co_await nursery_.settle();
    replan_changed();
    for (followups_.start_due(now); followups_.running(); followups_.start_due(now)) {
        co_await nursery_.settle();
        replan_changed();
    }
    hand_over();
}

}  // namespace md::drive
