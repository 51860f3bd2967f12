// SPDX-License-Identifier: Apache-2.0
#include "drive/attempt.hpp"

#include "acme/issue.hpp"
#include "acme/proving.hpp"
#include "acme/provisioning.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "base/wiped.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "drive/failure_cause.hpp"
#include "drive/message_command.hpp"
#include "drive/observe.hpp"
#include "drive/self_test_wait.hpp"
#include "drive/settings_digest.hpp"
#include "drive/staging.hpp"
#include "model/stage.hpp"
#include "schedule/aftermath.hpp"
#include "schedule/backoff.hpp"
#include "schedule/plan.hpp"
#include "store/job_file.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

#include <algorithm>
#include <map>

namespace md::drive {
namespace {

using model::Failure;
using model::FailureCause;
using model::FailureClass;
using model::ObservedDomain;
using std::chrono::sys_seconds;

// MDMessageCmd said no: a wish, not a failure of ours or of the CA.
struct Vetoed : base::Error {
    using Error::Error;
};

// What an exception says, with what is needed to choose the next time.
struct Verdict {
    Failure failure;
    std::optional<sys_seconds> retry_after;
    bool ca_is_busy = false;
    bool vetoed = false;
};

bool is_limit(const acme::Problem& problem) {
    return problem.status == 429 || problem.is("rateLimited");
}

std::optional<std::chrono::seconds> shortest_lifetime(const ObservedDomain& held) {
    std::optional<std::chrono::seconds> shortest;
    for (const model::CertificateFacts& certificate : held.certificates)
        shortest = std::min(shortest.value_or(certificate.lifetime()), certificate.lifetime());
    return shortest;
}

class Attempt {
public:
    Attempt(const DriveContext& context, const model::ServerSettings& server,
            const model::ManagedDomain& wanted, const ObservedDomain& held,
            const model::Issuer& issuer)
        : context_(context),
          server_(server),
          wanted_(wanted),
          held_(held),
          issuer_(issuer),
          name_(wanted.name()),
          digest_(attempt_digest(server, wanted, context.store.passphrase())),
          session_(nullptr),
          message_command_(context.hooks, context.clock, server.message_command, name_, news_),
          staging_(*this) {
        if (held.attempts)
            attempts_ = *held.attempts;
        told_ = held.delivery->attempts;
    }

    base::Task<void> run();
    // After run() threw: records the failure.
    base::Task<void> record(std::exception_ptr failed);
    AttemptResult result();

private:
    // Staging, and the attempt hears what happens meanwhile.
    class Journal final : public Staging {
    public:
        explicit Journal(Attempt& attempt)
            : Staging(attempt.context_.store, attempt.name_), attempt_(attempt) {}
        void stage(std::string_view stage) override { attempt_.enter(stage); }
        base::Task<void> challenge_ready(model::ChallengeType type,
                                         model::Identifier name) override {
            return attempt_.tell_ready(type, std::move(name));
        }

    private:
        Attempt& attempt_;
    };

    void enter(std::string_view stage);
    base::Task<void> tell_ready(model::ChallengeType type, model::Identifier name);
    base::Task<void> begin();
    base::Task<std::string> tell(std::string reason, std::optional<sys_seconds>& told);
    base::Task<void> withdraw_left();
    base::Task<void> leave_former_ca();
    void note_early_start(sys_seconds now);
    base::Task<void> await_reach(const acme::Solvers& solvers);
    base::Task<acme::Issued> issue_one(model::KeySpec spec);
    acme::IssueRequest request_for(const model::KeySpec& spec) const;
    base::Task<void> activate(std::vector<acme::Issued> issued);
    model::CertificateState state_of(const ObservedDomain& fresh) const;
    model::Delivery delivery() const;
    store::FormerNames former_names() const;
    void warn_when_due(const ObservedDomain& fresh) const;
    base::Task<std::optional<std::string>> former_md_json();
    base::Task<std::string> staged_job();
    std::string md_json(const std::optional<std::string>& former) const;
    Verdict verdict_on(std::exception_ptr failed) const;
    void note_busy_ca(const Verdict& verdict);
    base::Task<void> write_job();
    base::Task<void> record_job();

    const DriveContext& context_;
    const model::ServerSettings& server_;
    const model::ManagedDomain& wanted_;
    const ObservedDomain& held_;
    const model::Issuer& issuer_;  // the CA that is asked
    std::string name_;
    std::uint64_t digest_;  // of what the attempt depends on
    std::string stage_{model::stage::store};
    CaSession* session_;
    store::News news_;  // not in the log of job.json yet
    MessageCommand message_command_;
    Journal staging_;
    model::Attempts attempts_;
    model::AttemptMessages told_;
    std::optional<ObservedDomain> installed_;
    std::optional<sys_seconds> ca_busy_until_;
};

void Attempt::enter(std::string_view stage) {
    if (stage_ == stage)
        return;
    stage_ = stage;
    context_.on_stage(name_, stage);
    log::debug("stage entered", log::kv("domain", name_), log::kv("stage", stage));
}

base::Task<void> Attempt::tell_ready(model::ChallengeType type, model::Identifier name) {
    std::string reason = notify::reason::challenge_setup(type, name);
    std::string why = co_await message_command_.tell(reason);
    if (!why.empty())
        throw base::Error("MDMessageCmd refused " + reason + ": " + why);
}

base::Task<void> Attempt::run() {
    co_await begin();
    enter(model::stage::account);
    session_ = &context_.ca_sessions.at(IssuerRoute::of(issuer_));
    acme::AccountWish wish{issuer_.contacts, issuer_.agreement, issuer_.binding};
    co_await session_->ensure_account(wish);
    std::vector<acme::Issued> issued;
    for (const model::KeySpec& spec : wanted_.settings->keys) {
        acme::Issued one = co_await issue_one(spec);
        issued.push_back(std::move(one));
    }
    enter(model::stage::activate);
    co_await activate(std::move(issued));
    enter(model::stage::installed);
}

// Writing the record first proves that the store takes what the CA will give, before the CA is
// asked.
base::Task<void> Attempt::begin() {
    co_await withdraw_left();
    co_await leave_former_ca();
    attempts_.begun(context_.clock.now());
    attempts_.finished = false;
    note_early_start(*attempts_.last_run);
    news_.push_back({*attempts_.last_run, "starting", "", ""});
    co_await write_job();
    enter(model::stage::message);
    std::string veto = co_await tell(std::string(notify::reason::renewing), told_.renewing);
    if (told_.renewing != held_.delivery->attempts.renewing)
        co_await write_job();  // a restart does not tell it again
    if (!veto.empty())
        throw Vetoed("MDMessageCmd refused the attempt: " + veto);
    const acme::Solvers solvers = context_.solvers_for(*wanted_.settings);
    std::string reason =
        acme::proving_obstacle(wanted_.certificate_names(), wanted_.settings->challenges, solvers);
    if (!reason.empty()) {
        enter(model::stage::challenge);
        bool closed = std::any_of(solvers.begin(), solvers.end(), [](const auto& solver) {
            return !solver->reason_not_ready().empty();
        });
        throw acme::AcmeError("no challenge can be answered: " + reason, FailureClass::passing,
                              closed ? FailureCause::no_port : FailureCause::none);
    }
    co_await await_reach(solvers);
}

// Of attempts that follow each other closely, once an hour.
base::Task<std::string> Attempt::tell(std::string reason, std::optional<sys_seconds>& told) {
    if (!message_command_.speaks() || notify::is_told_lately(told, context_.clock.now()))
        co_return "";
    std::string why = co_await message_command_.tell(std::move(reason));
    if (why.empty())
        told = context_.clock.now();
    co_return why;
}

// What a former attempt, which was killed, had set up for its challenges: before anything that
// drops the order, in whose record it stands.
base::Task<void> Attempt::withdraw_left() {
    if (!held_.attempts)
        co_return;
    const acme::Solvers solvers = context_.solvers_for(*wanted_.settings);
    acme::Provisioning former(staging_, name_);
    co_await former.withdraw_left(solvers);
}

// What was never proved on port 80 may not have its way there yet.
base::Task<void> Attempt::await_reach(const acme::Solvers& solvers) {
    bool by_http = std::any_of(solvers.begin(), solvers.end(), [](const auto& solver) {
        return solver->type() == model::ChallengeType::http_01 &&
               solver->reason_not_ready().empty();
    });
    if (context_.board == nullptr || !by_http || !server_.port_map.has_http() ||
        attempts_.errors > 0 || !held_.certificates.empty())
        co_return;
    co_await await_own_answer(*context_.board, name_, wanted_.certificate_names());
}

// What is staged is of use at the CA that it was asked of: an order is unknown elsewhere, and a
// certificate of a test CA is not to go live under the name of another.
base::Task<void> Attempt::leave_former_ca() {
    const std::string& ca = issuer_.directory_url;
    std::string former = *attempts_.ca_url;
    if (held_.attempts && former.empty())
        former = co_await staging_.ca_told_by_mod_md();
    if (held_.attempts && former != ca)
        for (const model::KeySpec& spec : wanted_.settings->keys) {
            staging_.set_key_spec(spec);
            co_await staging_.order_dropped();
        }
    attempts_.ca_url = ca;
}

// Other settings than those that failed: should this be cut short, what comes next is not held back
// by the former failure either.
void Attempt::note_early_start(sys_seconds now) {
    if (!held_.is_early)
        return;
    attempts_.early_at = now;
    attempts_.next_run = std::nullopt;
}

acme::IssueRequest Attempt::request_for(const model::KeySpec& spec) const {
    acme::IssueRequest request{wanted_.certificate_names(), spec, wanted_.settings->must_staple,
                               wanted_.settings->challenges};
    request.terms = {issuer_.profile, issuer_.profile_mandatory,
                     wanted_.settings->certificate_lifetime};
    request.preferred_chain = wanted_.settings->preferred_chain;
    request.after_failure = attempts_.errors > 0;
    auto& types = request.challenges;
    auto first = schedule::first_challenge_type(attempts_, types.size());
    std::rotate(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(first), types.end());
    return request;
}

base::Task<acme::Issued> Attempt::issue_one(model::KeySpec spec) {
    acme::IssueRequest request = request_for(spec);
    staging_.set_key_spec(spec);
    auto finished = co_await staging_.finished(request, context_.clock.now());
    if (finished)
        co_return std::move(*finished);
    if (schedule::needs_another_order(attempts_))
        co_await staging_.order_dropped();
    const acme::Solvers solvers = context_.solvers_for(*wanted_.settings);
    acme::IssueContext bench{*session_->account, solvers, context_.clock, context_.key_pool};
    acme::Issued issued = co_await acme::issue(bench, std::move(request), staging_);
    // With one key type activation follows at once, and a restart would find the order and its key.
    if (wanted_.settings->keys.size() > 1)
        co_await staging_.chain_issued(issued);
    co_return issued;
}

// What others wrote into it is kept; that it cannot be read keeps no new certificate out.
base::Task<std::optional<std::string>> Attempt::former_md_json() {
    try {
        co_return co_await context_.store.read(store::domain_key(name_, store::md_file));
    } catch (const base::Error& error) {
        log::warn("the former md.json is not readable", log::kv("domain", name_),
                  log::kv("reason", error.what()));
    }
    co_return std::nullopt;
}

// Its log goes on in the live set.
base::Task<std::string> Attempt::staged_job() {
    try {
        auto text = co_await context_.store.read(store::staging_key(name_, store::job_file));
        co_return text.value_or("");
    } catch (const base::Error&) {
        // It keeps no new certificate out either.
    }
    co_return "";
}

std::string Attempt::md_json(const std::optional<std::string>& former) const {
    store::MdRecord record = store::md_record(wanted_);
    if (former)
        if (auto known = store::parse_md(*former))
            record.others = known->others;
    record.state = store::MdRecord::State::complete;
    record.ca_url = issuer_.directory_url;
    record.ca_account = session_->vault->id();
    return store::to_text(record);
}

base::Task<void> Attempt::activate(std::vector<acme::Issued> issued) {
    base::Wiped<std::map<std::string, std::string>> kept;
    std::map<std::string, std::string>& values = *kept;
    ObservedDomain fresh;
    for (std::size_t i = 0; i < issued.size(); ++i) {
        const model::KeySpec& spec = wanted_.settings->keys[i];
        values[store::private_key_file(spec)] = issued[i].key.to_pem().reveal();
        // Written anew: what else stands in the CA's text does not get into our files.
        values[store::certificate_file(spec)] = crypto::to_pem(issued[i].chain);
        fresh.certificates.push_back(crypto::facts_of(issued[i].chain, spec));
        fresh.state.profile = issued[i].profile;
    }
    fresh.state.ca_url = issuer_.directory_url;
    fresh.state = state_of(fresh);
    fresh.delivery = delivery();
    auto former = co_await former_md_json();
    values[std::string(store::md_file)] = md_json(former);
    store::News news = news_;  // it has not finished until the set is live
    news.push_back({context_.clock.now(), "finished", "", ""});
    auto record = co_await staged_job();
    values[std::string(store::job_file)] =
        store::job_text(name_, store::LiveJob{fresh.state, *fresh.delivery}, news, record);
    // One that still serves something goes to the archive, without a moment of absence.
    if (!held_.damage->empty() && held_.certificates.empty())
        co_await context_.store.set_aside(store::domain_key(name_));
    co_await context_.store.activate(name_, std::move(values), former_names());
    auto until = fresh.certificates.front().not_after;
    log::info("certificate installed", log::kv("domain", name_),
              log::kv("valid_until", base::rfc3339(until)));
    fresh.former_files = co_await former_files(context_.store, name_);
    warn_when_due(fresh);
    installed_ = std::move(fresh);
}

// No server loses a name of its files before MDNotifyCmd was run for what replaced it.
store::FormerNames Attempt::former_names() const {
    return held_.delivery->notification.owed ? store::FormerNames::stay
                                             : store::FormerNames::expire;
}

// How the set with these certificates came about, the renewals before it included.
model::CertificateState Attempt::state_of(const ObservedDomain& fresh) const {
    model::CertificateState made = fresh.state;
    sys_seconds now = context_.clock.now();
    made.recorded = true;
    made.last_run = attempts_.last_run;
    made.started = attempts_.started;
    made.renewals = held_.state.renewals;
    if (held_.state.recorded || !held_.certificates.empty())
        made.renewed(now);
    made.settings = certificate_digest(wanted_);
    made.lifetime = *shortest_lifetime(fresh);
    made.valid_from = now;
    for (const model::CertificateFacts& facts : fresh.certificates) {
        made.valid_from = std::max(*made.valid_from, facts.not_before);
        made.chain_length = made.chain_length == 0
                                ? facts.chain->length
                                : std::min(made.chain_length, facts.chain->length);
    }
    if (auto due = schedule::due_when_new(wanted_, fresh, now)) {
        made.due_by = std::string(schedule::word(due->rule));
        made.wait_until = schedule::wait_when_due(fresh, now);
    }
    return made;
}

// Nobody was told of the new set yet.
model::Delivery Attempt::delivery() const {
    model::Delivery delivery;
    delivery.notification.owed = !server_.notify_command.empty();
    delivery.message.owed = message_command_.speaks();
    return delivery;
}

// Otherwise nothing would tell of a CA, or a clock, that makes every certificate due at once.
void Attempt::warn_when_due(const ObservedDomain& fresh) const {
    const model::CertificateState& made = fresh.state;
    if (!made.wait_until)
        return;
    auto due = schedule::due_when_new(wanted_, fresh, context_.clock.now());
    log::warn(
        "the new certificate is due again already: check the clock of this machine, and what "
        "the CA gives",
        log::kv("domain", name_), log::kv("reason", due ? due->reason : *made.due_by),
        log::kv("not_before", base::rfc3339(fresh.certificates.front().not_before)),
        log::kv("not_after", base::rfc3339(fresh.certificates.front().not_after)),
        log::kv("next_attempt", base::rfc3339(*made.wait_until)));
}

Verdict Attempt::verdict_on(std::exception_ptr failed) const {
    Verdict verdict;
    verdict.failure.stage = stage_;
    verdict.failure.at = context_.clock.now();
    verdict.failure.cause = cause_of(failed);
    try {
        std::rethrow_exception(failed);
    } catch (const acme::Refused& refusal) {
        if (refusal.problem().has_type())
            verdict.failure.problem = acme::masked(refusal.problem().type, 200);
        verdict.failure.detail = refusal.what();
        verdict.failure.failure_class =
            schedule::class_at(stage_, refusal.failure_class(), verdict.failure.problem);
        verdict.retry_after = refusal.retry_after();
        verdict.ca_is_busy = refusal.problem().status == 503 || is_limit(refusal.problem());
    } catch (const Vetoed& veto) {
        verdict.failure.detail = veto.what();
        verdict.retry_after = verdict.failure.at + server_.check_interval;
        verdict.vetoed = true;
    } catch (const acme::AcmeError& error) {
        verdict.failure.detail = error.what();
        verdict.failure.failure_class = error.failure_class();
        verdict.retry_after = error.retry_after();
    } catch (const std::exception& error) {
        verdict.failure.detail = error.what();
    }
    return verdict;
}

void Attempt::note_busy_ca(const Verdict& verdict) {
    if (!verdict.ca_is_busy || !verdict.retry_after)
        return;
    ca_busy_until_ = schedule::ca_left_alone_until(verdict.failure, *verdict.retry_after);
}

base::Task<void> Attempt::record(std::exception_ptr failed) {
    Verdict verdict = verdict_on(failed);
    note_busy_ca(verdict);
    Failure& failure = verdict.failure;
    failure.settings = digest_;
    if (!verdict.vetoed && verdict.retry_after > failure.at)
        failure.retry_after = verdict.retry_after;
    attempts_.errors += verdict.vetoed ? 0 : 1;
    schedule::FailedAttempt now_failed{failure.failure_class,
                                       attempts_.errors,
                                       failure.at,
                                       verdict.retry_after,
                                       shortest_lifetime(held_),
                                       server_.retry_delay,
                                       crypto::random_share(),
                                       failure.cause == FailureCause::answer_not_understood};
    sys_seconds next = schedule::retry_at(now_failed);
    attempts_.next_run = next;
    attempts_.last_failure = failure;
    if (!verdict.vetoed && wanted_.settings->issuers.size() > 1)
        attempts_.failed_at(issuer_.directory_url, failure);
    news_.push_back({failure.at, "renewal-error", failure.problem, failure.detail});
    auto level =
        failure.failure_class == FailureClass::permanent ? log::Level::error : log::Level::warn;
    log::event(level, verdict.vetoed ? "attempt put off" : "attempt failed",
               {log::kv("domain", name_), log::kv("stage", failure.stage),
                log::kv("reason", failure.detail), log::kv("retry_at", base::rfc3339(next))});
    co_await record_job();
    if (stage_ == model::stage::message || !message_command_.speaks())
        co_return;
    co_await tell(std::string(notify::reason::errored), told_.errored);
    co_await record_job();
}

base::Task<void> Attempt::write_job() {
    store::StagedJob job{attempts_, told_};
    co_await store::write_staged_job(context_.store, name_, std::move(job), news_);
    news_.clear();
}

base::Task<void> Attempt::record_job() {
    std::string unwritten;
    try {
        co_await write_job();
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::error("the record of the failure could not be stored", log::kv("domain", name_),
                   log::kv("reason", unwritten));
}

AttemptResult Attempt::result() {
    return {std::move(installed_), std::move(attempts_), told_, ca_busy_until_};
}

}  // namespace

ObservedDomain AttemptResult::held_after(ObservedDomain known) && {
    if (installed)
        return std::move(*installed);
    known.attempts = std::move(attempts);
    known.delivery.edit().attempts = told;
    known.is_early = false;
    known.version = 0;
    return known;
}

base::Task<AttemptResult> attempt(const DriveContext& context, model::ServerSettings server,
                                  model::ManagedDomain wanted, ObservedDomain held,
                                  std::string issuer) {
    const model::Issuer* asked = wanted.settings->issuer_at(issuer);
    if (asked == nullptr)
        throw std::logic_error("a CA is to be asked that the managed domain does not name");
    Attempt one(context, server, wanted, held, *asked);
    std::exception_ptr failed;
    try {
        co_await one.run();
    } catch (...) {
        failed = std::current_exception();
    }
    auto state = co_await base::asio::this_coro::cancellation_state;
    // A shutdown is no failure: what was begun lies in staging and goes on after the restart.
    if (failed && state.cancelled() != base::asio::cancellation_type::none)
        std::rethrow_exception(failed);
    if (failed)
        co_await one.record(failed);
    co_return one.result();
}

}  // namespace md::drive
