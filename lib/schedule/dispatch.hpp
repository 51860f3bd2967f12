// SPDX-License-Identifier: Apache-2.0
// Which attempts start, which are put off and why, and when to look again: decided from the plans
// of all MDs, the limits of the CAs, and what runs, is requested, or owed a notification. Pure; an
// event costs the logarithm of the number of MDs.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "schedule/due_queue.hpp"
#include "schedule/plan.hpp"
#include "schedule/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace md::schedule {

struct Start {
    std::string domain;
    std::string issuer;  // directory URL of the CA to be asked; "" for one that is not driven
    Rule rule;           // Rule::requested, or by which it is due
};

enum class WaitsFor {
    order_rate,    // MDOrderRate, or a Retry-After of the CA
    orphan,        // the attempt at an MD that a reload took away, and whose names it has now
    notification,  // MDNotifyCmd has not been told of the set it has: servers would never read it
};

struct PutOff {
    std::string domain;
    WaitsFor what;
    sys_seconds until;  // when it is looked at again
};

struct Dispatch {
    std::vector<Start> start;  // they count as running, and their orders as placed
    // Of those that are due. With WaitsFor::order_rate: once, and only what was requested.
    std::vector<PutOff> put_off;
    std::optional<sys_seconds> wake;  // when there may be more to start, unless one ends before
};

class Dispatcher {
public:
    CaLimits& limits() { return limits_; }
    // From now on it is one pass over what is due: nothing waits for a notification.
    void begin_single_pass() { is_single_pass_ = true; }

    // In the place of what was planned before.
    void plan_all(const model::DesiredState& desired, const model::ObservedState& observed,
                  sys_seconds now);
    // Something that is known of this MD has changed.
    void plan(const model::ServerSettings& server, const model::ManagedDomain& wanted,
              const model::ObservedDomain& held, sys_seconds now);
    // Those planned since the last call that Rule::renewal_limit holds up until a time which was
    // not told yet.
    std::vector<Step> take_limited();

    // To be started as soon as may be, whatever the plan says; each is to be planned after this.
    // One that is requested by itself goes before all others and does not wait for the order rate.
    void request(const std::vector<std::string>& names);
    bool is_requested(const std::string& name) const;

    Dispatch dispatch(const model::ServerSettings& server, sys_seconds now);

    const std::set<std::string>& running() const { return running_; }
    bool is_running(const std::string& name) const { return running_.contains(name); }
    // The attempt has ended; the MD is to be planned after this. True for an orphan.
    bool ended(const std::string& name);
    // There is no such MD any more.
    void forget(const std::string& name);

    // Another configuration is in force: attempts at MDs that it has no more are orphans. Returns
    // what was requested and is not there any more. All are to be planned after this.
    std::vector<std::string> replace(const model::DesiredState& former,
                                     const model::DesiredState& desired);
    bool awaits_orphan(const model::ManagedDomain& wanted) const;
    // What the orphan leaves has been taken over, although it still counts as running.
    void release(const std::string& orphan) { orphans_.erase(orphan); }

    // A notification may wait for attempts that are under way, since it could be shared: unless
    // somebody who requested a single renewal waits for it, or an MD that is due again.
    bool may_notify_later() const;
    // Every driven MD has a next action or an attempt under way. Not a matter of course: the
    // watchdog believes nothing it cannot count.
    bool is_complete() const;
    // Those that are due and wait, whatever for; the most urgent first at each CA.
    std::vector<std::string> due(sys_seconds now) const;

private:
    std::optional<Due> due_of(const model::ServerSettings& server,
                              const model::ManagedDomain& wanted, const model::ObservedDomain& held,
                              sys_seconds now);
    bool must_be_told_first(const model::ServerSettings& server,
                            const model::ObservedDomain& held) const;
    void note_told(const std::string& name, const model::ObservedDomain& held);
    void note_limited(Step step);
    void note_unanswered(const Due& due);
    void answer(const std::string& name);
    void start_single_requests(Dispatch& dispatch, const model::ServerSettings& server,
                               sys_seconds now);
    void start(Dispatch& dispatch, const Due& due, const model::ServerSettings& server,
               sys_seconds now);
    std::optional<PutOff> why_put_off(const Due& due, sys_seconds now) const;
    void put_off_requests(Dispatch& dispatch, const DueQueue::OpenFrom& open_from, sys_seconds now);

    DueQueue queue_;
    CaLimits limits_;
    std::size_t driven_ = 0;  // how many need a next action
    std::set<std::string> running_;
    std::map<std::string, model::ManagedDomain> orphans_;  // they are running
    std::set<std::string> single_requests_, other_requests_;
    // Of the latter those that wait in the queue and were not put off yet, by their CA.
    std::map<CaLimits::Number, std::set<std::string>> unanswered_;
    std::set<std::string> callers_wait_for_;  // started on a single request, and not told of yet
    std::map<std::string, sys_seconds> limited_;  // told of, until then
    std::vector<Step> newly_limited_;
    bool is_notification_awaited_ = false;  // by an MD that is due again
    bool is_single_pass_ = false;
};

}  // namespace md::schedule
