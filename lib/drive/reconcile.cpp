// SPDX-License-Identifier: Apache-2.0
#include "drive/reconcile.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "drive/observe.hpp"
#include "drive/rename.hpp"
#include "drive/settings_digest.hpp"
#include "schedule/renewal.hpp"

#include <algorithm>

namespace md::drive {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;

// The wall clock may jump while the steady one waits; nobody notices a plan made every five
// minutes.
constexpr std::chrono::seconds longest_wait = std::chrono::minutes{5};

// Looked at again after this, should its end be missed.
constexpr std::chrono::minutes wait_for_stray{1};
constexpr std::chrono::seconds wait_for_notification{1};

}  // namespace

Reconcile::Reconcile(base::asio::any_io_executor executor, DriveContext context,
                     process::Commands& hooks, model::DesiredState desired, OnChange on_change)
    : context_(std::move(context)),
      table_(context_.store, std::move(desired), [this](std::size_t place) { changed(place); }),
      on_change_(std::move(on_change)),
      nursery_(executor),
      poke_(executor),
      notify_command_(table_, context_, nursery_,
                      [this](std::exception_ptr failed) { side_job_ended("", failed); }),
      followups_(table_, context_, nursery_,
                 [this](const std::string& name, std::exception_ptr failed) {
                     side_job_ended(name, failed);
                 }),
      reading_(executor, 1),
      requests_(executor) {
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
    lanes_.recall(table_.desired, table_.observed);
    replan_all(context_.clock.now());
    on_change_(nullptr);
}

// What is known of an MD from now on, as the settings have it.
void Reconcile::keep(const model::ManagedDomain& domain, model::ObservedDomain held, bool changed) {
    apply_settings(held, table_.desired.server, domain, context_.store.passphrase(),
                   context_.clock.now(), changed);
    table_.keep(domain.name(), std::move(held));
}

void Reconcile::log_damage(const std::string& name, const model::ObservedDomain& held) const {
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
    requests_.add(names);
    for (const std::string& name : names)
        replan(*table_.place_of(name), context_.clock.now());
    poke_.wake();
}

// Not a matter of course: the watchdog believes nothing it cannot count.
bool Reconcile::all_planned() const {
    auto busy =
        static_cast<std::ptrdiff_t>(running_.size()) - static_cast<std::ptrdiff_t>(strays_.size());
    return static_cast<std::ptrdiff_t>(agenda_.size()) + busy >= driven_;
}

void Reconcile::replan_all(sys_seconds now) {
    agenda_.clear(table_.desired.domains.size());
    notify_command_.clear();
    followups_.clear();
    driven_ = 0;
    for (std::size_t place = 0; place < table_.desired.domains.size(); ++place) {
        driven_ += table_.desired.domains[place].driven();
        replan(place, now);
    }
    planned_at_ = now;
}

void Reconcile::replan(std::size_t place, sys_seconds now) {
    const model::ManagedDomain& domain = table_.desired.domains[place];
    const model::ObservedDomain& held = table_.observed.of(domain.name());
    notify_command_.plan(place);
    followups_.plan(place, now);
    schedule::Step step = planned(domain, now);
    sys_seconds deadline = schedule::deadline(domain, held).value_or(now);
    // However late one that keeps failing is, it lets those go first whose time came meanwhile.
    if (step.at && held.attempts && held.attempts->errors > 0)
        deadline = std::max(deadline, *step.at);
    warn_of_limit(step);
    if (requests_.contains(domain.name()))
        step.at = now;
    if (requests_.is_alone(domain.name()))
        deadline = sys_seconds::min();
    if (!step.at || running_.contains(domain.name()))
        return agenda_.remove(place);
    agenda_.put({place, lanes_.lane_of(step.issuer), *step.at, deadline});
}

schedule::Step Reconcile::planned(const model::ManagedDomain& domain, sys_seconds now) const {
    return schedule::plan_domain(domain, table_.observed.of(domain.name()), now);
}

// Once for each time that it holds one up.
void Reconcile::warn_of_limit(const schedule::Step& step) {
    if (step.rule != schedule::Rule::renewal_limit)
        return;
    auto& warned = limited_[step.domain];
    if (warned == *step.at)
        return;
    warned = *step.at;
    log::warn("renewed too often, the next renewal waits: see what makes it due",
              log::kv("domain", step.domain), log::kv("reason", step.reason),
              log::kv("next_attempt", base::rfc3339(*step.at)));
}

// Nothing but certificates, jobs and the time decides, so a plan stands until one of them does
// what it is not expected to.
void Reconcile::replan_when_the_clock_jumped(sys_seconds now) {
    bool jumped = now < looked_at_ || now > looked_at_ + 2 * longest_wait;
    looked_at_ = now;
    if (jumped || now >= planned_at_ + table_.desired.server.check_interval)
        replan_all(now);
}

schedule::Agenda::LaneOpens Reconcile::lane_opens(sys_seconds now) const {
    return [this, now](std::size_t lane) { return lanes_.opens(lane, now, table_.desired.server); };
}

void Reconcile::start_due(sys_seconds now) {
    for (const std::string& name : requests_.all_alone())
        if (running_.size() < table_.desired.server.max_parallel && !running_.contains(name) &&
            !awaits_former_self(*table_.wanted(name))) {
            auto place = *table_.place_of(name);
            agenda_.remove(place);
            start({place, 0, now, now}, now);
        }
    notification_is_awaited_ = false;
    while (running_.size() < table_.desired.server.max_parallel) {
        auto next = agenda_.take(now, lane_opens(now));
        if (!next)
            break;
        if (awaits_former_self(table_.desired.domains[next->place])) {
            next->at = now + wait_for_stray;
            agenda_.put(*next);
        } else if (awaits_notification(next->place)) {
            notification_is_awaited_ = true;
            next->at = now + wait_for_notification;
            agenda_.put(*next);
        } else {
            start(*next, now);
        }
    }
    put_off_requests(now);
}

// What is due again although nobody was told of the last set: servers would never read one.
bool Reconcile::awaits_notification(std::size_t place) const {
    const std::string& name = table_.desired.domains[place].name();
    const model::ObservedDomain& held = table_.observed.of(name);
    return !single_pass_ && !table_.desired.server.notify_command.empty() &&
           !requests_.contains(name) && !held.certificates.empty() && notify::is_owed(held) &&
           held.delivery->notification.errors == 0;
}

// Who asked for a single renewal waits until it was told of, and not for what else is under way.
bool Reconcile::caller_waits() {
    auto is_owed = [this](const std::string& name) {
        return notify::is_owed(table_.observed.of(name));
    };
    std::erase_if(asked_for_, [&](const std::string& name) {
        return !running_.contains(name) && !is_owed(name);
    });
    return std::any_of(asked_for_.begin(), asked_for_.end(), [&](const std::string& name) {
        return !running_.contains(name) && is_owed(name);
    });
}

void Reconcile::put_off_requests(sys_seconds now) {
    requests_.put_off([this, now](const std::string& name) {
        const model::ManagedDomain* domain = table_.wanted(name);
        return domain != nullptr && !requests_.is_alone(name) && !running_.contains(name) &&
               lanes_.opens(lanes_.lane_of(planned(*domain, now).issuer), now,
                            table_.desired.server) > now;
    });
}

void Reconcile::start(const schedule::Appointment& appointment, sys_seconds now) {
    const model::ManagedDomain& domain = table_.desired.domains[appointment.place];
    const std::string& name = domain.name();
    if (requests_.is_alone(name))
        asked_for_.insert(name);
    bool requested = requests_.begin(name);
    schedule::Step step = planned(domain, now);
    std::string reason = requested ? "requested" : step.reason;
    running_.insert(name);
    noted_meanwhile_.insert(name);
    lanes_.count(step.issuer, domain.settings->keys.size(), now, table_.desired.server);
    log::info("attempt started", log::kv("domain", name), log::kv("reason", reason));
    nursery_.start(drive_one(name, step.issuer),
                   [this, name](std::exception_ptr failed) { ended(name, failed); });
}

void Reconcile::ended(const std::string& name, std::exception_ptr failed) {
    running_.erase(name);
    strays_.erase(name);
    if (running_.empty())
        context_.ca_sessions.close_idle();
    log_unexpected(name, failed);
    auto place = table_.place_of(name);
    if (!place) {
        table_.forget(name);
        requests_.drop(name);
    } else if (!single_pass_) {
        replan(*place, context_.clock.now());
    }
    requests_.ended(name);
    poke_.wake();
}

void Reconcile::changed(std::size_t place) {
    noted_meanwhile_.insert(table_.desired.domains[place].name());
    replan(place, context_.clock.now());
    on_change_(&table_.desired.domains[place]);
}

// MDNotifyCmd or the follow-ups of an MD.
void Reconcile::side_job_ended(const std::string& name, std::exception_ptr failed) {
    log_unexpected(name, failed);
    if (auto place = table_.place_of(name))
        replan(*place, context_.clock.now());
    poke_.wake();
}

// attempt() records its failures itself; what else ends a child is a cancellation, or a defect
// of ours.
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

base::Task<void> Reconcile::drive_one(std::string name, std::string issuer) {
    if (table_.wanted(name) == nullptr) {  // a reload took it away before it began
        co_await follow_rename(name);
        co_return;
    }
    const model::ManagedDomain tried = *table_.wanted(name);
    if (tried.settings->issuer_at(issuer) == nullptr)  // another is asked since
        issuer = planned(tried, context_.clock.now()).issuer;
    if (issuer.empty())
        co_return;
    model::ObservedDomain held = table_.observed.of(name);
    base::Task<AttemptResult> trying =
        attempt(context_, table_.desired.server, tried, std::move(held), issuer);
    AttemptResult result = co_await std::move(trying);
    if (result.ca_busy_until && *result.ca_busy_until > context_.clock.now())
        hold_lane(issuer, *result.ca_busy_until);
    // A reload may have come meanwhile.
    const model::ManagedDomain* now_wanted = table_.wanted(name);
    model::ObservedDomain now_held = std::move(result).held_after(table_.observed.of(name));
    noted_meanwhile_.insert(name);
    if (now_wanted != nullptr)
        keep(*now_wanted, std::move(now_held));
    else
        table_.keep(name, std::move(now_held));
    if (now_wanted == nullptr)
        co_await follow_rename(name);
    on_change_(now_wanted == nullptr ? nullptr : table_.wanted(name));
}

void Reconcile::hold_lane(const std::string& issuer, sys_seconds until) {
    std::size_t lane = lanes_.lane_of(issuer);
    lanes_.hold(lane, until);
    log::warn("the CA asks to be left alone", log::kv("ca", lanes_.directory_url(lane)),
              log::kv("until", base::rfc3339(until)));
}

milliseconds Reconcile::until_next(const notify::Owed& owed, sys_seconds now) const {
    sys_seconds next = schedule::next_look({}, now, longest_wait);
    // With all hands busy the next one starts when one of them is done.
    if (running_.size() < table_.desired.server.max_parallel)
        next = std::min(next, agenda_.next(now, lane_opens(now)).value_or(next));
    if (owed.next && !notify_command_.running())
        next = std::min(next, *owed.next);
    next = std::min(next, followups_.next(now).value_or(next));
    next = std::min(next, read_at_ + table_.desired.server.check_interval);
    return std::max<std::chrono::seconds>(next - now, std::chrono::seconds{1});
}

base::Task<void> Reconcile::poked() {
    co_await poke_.wait();
}

base::Task<void> Reconcile::work() {
    while (true) {
        sys_seconds now = context_.clock.now();
        if (is_time_to_look(now))
            co_await look_at_disk();
        replan_when_the_clock_jumped(now);
        if (!adopting_)
            start_due(now);
        if (all_planned())
            ++sound_turns_;
        bool busy = !running_.empty() && !notification_is_awaited_ && !caller_waits();
        notify::Owed owes = notify_command_.owed(now, busy);
        notify_command_.start(owes);
        followups_.start_due(now);
        milliseconds wait = until_next(owes, now);
        co_await base::first_of(poked(), context_.clock.wait(wait));
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
    const sys_seconds begun = context_.clock.now();
    replan_all(begun);
    for (start_due(begun); !running_.empty(); start_due(begun))
        co_await poke_.wait();
    for (const schedule::Appointment& one : agenda_.due(begun))
        waiting.push_back(table_.desired.domains[one.place].name());
    co_await tell_all();
}

// Once each: what fails or is not seen is due later than this.
base::Task<void> Reconcile::tell_all() {
    const sys_seconds now = context_.clock.now();
    replan_all(now);
    notify_command_.start(notify_command_.owed(now, !running_.empty()));
    co_await nursery_.settle();
    for (followups_.start_due(now); followups_.running(); followups_.start_due(now))
        co_await nursery_.settle();
}

}  // namespace md::drive
