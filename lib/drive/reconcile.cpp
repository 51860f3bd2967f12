// SPDX-License-Identifier: Apache-2.0
#include "drive/reconcile.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "drive/inherit.hpp"
#include "drive/observe.hpp"
#include "schedule/backoff.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

#include <algorithm>

namespace md::drive {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;

constexpr unsigned most_parallel =
    8;  // Pebble stalls from about 16 orders on; real CAs are no worse off
// The wall clock may jump while the steady one waits; nobody notices a plan made every five
// minutes.
constexpr std::chrono::seconds longest_wait = std::chrono::minutes{5};

// attempt() records its failures itself; what else ends a child is a cancellation, or a defect of
// ours.
void log_unexpected(const std::string& domain, std::exception_ptr failed) {
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

}  // namespace

Reconcile::Reconcile(base::asio::any_io_executor executor, Tools tools, notify::Hooks& hooks,
                     model::DesiredState desired, std::function<void()> on_change)
    : tools_(std::move(tools)),
      hooks_(hooks),
      desired_(std::move(desired)),
      on_change_(std::move(on_change)),
      executor_(executor),
      permits_(executor, most_parallel),
      nursery_(executor),
      poke_(executor) {}

base::Task<void> Reconcile::load() {
    co_await inherit_renamed(tools_.store, desired_);
    observed_ = co_await observe(tools_.store, desired_);
    for (const auto& [name, domain] : observed_.domains)
        if (!domain.damage.empty())
            log::error("store damaged, the certificate is obtained anew", log::kv("domain", name),
                       log::kv("reason", domain.damage));
    on_change_();
}

const model::ManagedDomain* Reconcile::wanted(const std::string& name) const {
    auto found = std::find_if(desired_.domains.begin(), desired_.domains.end(),
                              [&](const auto& domain) { return domain.name() == name; });
    return found == desired_.domains.end() ? nullptr : &*found;
}

void Reconcile::request(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (wanted(name) == nullptr)
            throw base::Error("no managed domain is called '" + name +
                              "': use the first name of its ManagedDomain line");
    requested_.insert(names.begin(), names.end());
    poke_.wake();
}

// Not a matter of course: the watchdog believes nothing it cannot count.
bool Reconcile::all_planned(const std::vector<schedule::Step>& rest) const {
    auto has_time = [](const schedule::Step& step) { return step.at.has_value(); };
    auto driven = [](const model::ManagedDomain& domain) { return domain.driven(); };
    auto planned = std::count_if(rest.begin(), rest.end(), has_time);
    auto needed = std::count_if(desired_.domains.begin(), desired_.domains.end(), driven);
    return planned + static_cast<std::ptrdiff_t>(running_.size() - strays_.size()) >= needed;
}

std::vector<schedule::Step> Reconcile::steps(sys_seconds now) const {
    auto steps = schedule::plan(desired_, observed_, now);
    for (schedule::Step& step : steps)
        if (requested_.contains(step.domain)) {
            step.action = schedule::Action::issue;
            step.at = now;
            step.rule = schedule::Rule::requested;
        }
    std::erase_if(steps, [&](const auto& step) { return running_.contains(step.domain); });
    if (strays_.empty())
        return steps;
    for (schedule::Step& step : steps)
        if (step.due(now) && awaits_former_self(*wanted(step.domain)))
            step.at = now + std::chrono::minutes{1};
    return steps;
}

void Reconcile::start_due(const std::vector<schedule::Step>& steps, sys_seconds now) {
    for (const schedule::Step& step : steps) {
        if (!step.due(now))
            continue;
        running_.insert(step.domain);
        requested_.erase(step.domain);
        log::info("attempt started", log::kv("domain", step.domain),
                  log::kv("reason", step.reason));
        nursery_.start(
            drive_one(step.domain),
            [this, name = step.domain](std::exception_ptr failed) { ended(name, failed); });
    }
}

void Reconcile::ended(const std::string& name, std::exception_ptr failed) {
    running_.erase(name);
    strays_.erase(name);
    if (running_.empty())
        tools_.authorities.close_idle();
    log_unexpected(name, failed);
    if (wanted(name) == nullptr)
        observed_.domains.erase(name);
    tell_waiters(name);
    poke_.wake();
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
    auto permit = co_await permits_.take();
    if (wanted(name) == nullptr) {  // a reload took it away while it waited for its turn
        co_await inherit_from(name);
        co_return;
    }
    const model::ManagedDomain tried = *wanted(name);
    model::ObservedDomain held = observed_.of(name);
    model::ObservedDomain outcome =
        co_await attempt(tools_, desired_.server, tried, std::move(held));
    const model::ManagedDomain* now_wanted = wanted(name);
    if (now_wanted != nullptr && now_wanted->differs_from(tried))
        outcome.forget_delay();  // a reload came meanwhile
    observed_.domains[name] = std::move(outcome);
    if (now_wanted == nullptr)
        co_await inherit_from(name);
    on_change_();
}

void Reconcile::start_notification(const notify::Owed& owed) {
    if (owed.domains.empty() || notifying_)
        return;
    notifying_ = true;
    nursery_.start(notify_all(owed.domains), [this](std::exception_ptr failed) {
        notifying_ = false;
        log_unexpected("", failed);
        poke_.wake();
    });
}

base::Task<void> Reconcile::notify_all(std::vector<std::string> domains) {
    auto command = notify::command_for(desired_.server.notify_command, domains);
    notify::HookOutcome outcome = co_await hooks_.run(std::move(command));
    for (const std::string& name : domains)
        co_await record_notification(name, outcome);
    on_change_();
}

base::Task<void> Reconcile::record_notification(std::string name, notify::HookOutcome outcome) {
    auto known = observed_.domains.find(name);
    if (known == observed_.domains.end() || !known->second.live_job)
        co_return;  // a reload took it away
    model::Job* job = &*known->second.live_job;
    sys_seconds now = tools_.clock.now();
    job->notified = outcome.succeeded;
    job->notify_errors = outcome.succeeded ? 0 : job->notify_errors + 1;
    job->notify_next = std::nullopt;
    if (outcome.succeeded) {
        add_entry(*job, {now, "notified", "", ""});
        log::info("notified", log::kv("domain", name));
    } else {
        sys_seconds next =
            schedule::notify_retry_at(job->notify_errors, now, crypto::random_share());
        job->notify_next = next;
        add_entry(*job, {now, "notify-error", "", outcome.reason});
        log::warn("MDNotifyCmd failed", log::kv("domain", name), log::kv("reason", outcome.reason),
                  log::kv("output", outcome.output), log::kv("retry_at", base::rfc3339(next)));
    }
    std::string unwritten;
    try {
        co_await tools_.store.write(store::domain_key(name, store::job_file), store::to_text(*job));
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::error("the outcome of MDNotifyCmd could not be stored", log::kv("domain", name),
                   log::kv("reason", unwritten));
}

milliseconds Reconcile::until_next(const std::vector<schedule::Step>& steps,
                                   const notify::Owed& owed, sys_seconds now) const {
    sys_seconds next = schedule::next_look(steps, now, desired_.server.check_interval);
    if (owed.next && !notifying_)
        next = std::min(next, *owed.next);
    auto wait = std::clamp<std::chrono::seconds>(next - now, std::chrono::seconds{1}, longest_wait);
    return wait;
}

base::Task<void> Reconcile::poked() {
    co_await poke_.wait();
}

base::Task<void> Reconcile::work() {
    while (true) {
        sys_seconds now = tools_.clock.now();
        if (!adopting_)
            start_due(steps(now), now);
        auto rest = steps(now);
        if (all_planned(rest))
            ++sound_turns_;
        auto owed = notify::owed(desired_, observed_, now, !running_.empty());
        start_notification(owed);
        milliseconds wait = until_next(rest, owed, now);
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

base::Task<void> Reconcile::drive_due() {
    sys_seconds now = tools_.clock.now();
    start_due(steps(now), now);
    co_await nursery_.settle();
    auto owed = notify::owed(desired_, observed_, now, false);
    start_notification(owed);
    co_await nursery_.settle();
}

}  // namespace md::drive
