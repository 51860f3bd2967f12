// SPDX-License-Identifier: Apache-2.0
#include "acme/issue.hpp"

#include "acme/new_order.hpp"
#include "acme/next_step.hpp"
#include "acme/pending_key.hpp"
#include "acme/preferred_chain.hpp"
#include "acme/received_chain.hpp"
#include "acme/retry.hpp"
#include "acme/validation.hpp"
#include "base/base64url.hpp"
#include "base/log.hpp"
#include "crypto/csr.hpp"
#include "model/stage.hpp"

#include <algorithm>
#include <set>

namespace md::acme {
namespace {

using model::FailureClass;
using Chain = std::vector<crypto::Certificate>;
using std::chrono::milliseconds;

constexpr std::chrono::minutes patience{5};  // for the certificate
constexpr int most_steps_at_once = 8;        // without a pause between them
constexpr milliseconds first_look_issued{30};

// The frame of one issuance: what is known of the order, and what is being proved.
class Issuance {
public:
    Issuance(base::asio::any_io_executor executor, IssueContext& bench, IssueRequest& request,
             IssueJournal& journal)
        : executor_(executor),
          bench_(bench),
          request_(request),
          journal_(journal),
          validation_(bench_, request_, journal_) {}

    base::Task<Issued> run();

private:
    base::Task<Issued> work();
    base::Task<void> end();
    base::Task<void> find_or_place_order();
    base::Task<std::optional<Order>> resumable_order();
    base::Task<bool> failed_unseen();
    base::Task<void> place_order();
    base::Task<void> begin_key();
    base::Task<void> fetch_authorizations();
    base::Task<void> prove(std::vector<std::size_t> indexes);
    base::Task<void> await_validation();
    base::Task<void> await_certificate();
    base::Task<void> refresh_order();
    base::Task<void> finalize();
    base::Task<void> order_anew();
    base::Task<Issued> download();
    base::Task<Chain> preferred(Chain first, std::vector<http::Url> others,
                                const crypto::OrderedCertificate& wanted);
    base::Task<Chain> alternate(http::Url url, const crypto::OrderedCertificate& wanted);
    base::Task<void> give_up(NextStep next);

    base::Task<Answer> post(http::Url url, std::string payload, std::string doing);
    bool names_are_ours(const Order& order) const;
    bool profile_is_ours(const Order& order, const Directory& directory) const;
    void accept_order(const Answer& answer);
    std::optional<Order> order_told(const std::string& body, const http::Url& url) const;

    base::asio::any_io_executor executor_;
    IssueContext& bench_;
    IssueRequest& request_;
    IssueJournal& journal_;

    Order order_;
    std::optional<sys_seconds> retry_after_;
    std::vector<Authorization> authorizations_;
    std::set<std::size_t> proving_;
    std::optional<PendingKey> key_;
    bool key_is_kept_ = false;
    bool profile_was_gone_ = false;  // when the order was to be finalized
    PollPace certificate_pace_{first_look_issued};
    int steps_at_once_ = 0;

    Validation validation_;
};

base::Task<Issued> Issuance::run() {
    std::exception_ptr failed;
    std::optional<Issued> issued;
    try {
        issued = co_await work();
    } catch (...) {
        failed = std::current_exception();
    }
    co_await base::asio::this_coro::throw_if_cancelled(false);
    co_await end();
    co_await base::asio::this_coro::throw_if_cancelled(true);
    if (failed)
        std::rethrow_exception(failed);
    co_return std::move(*issued);
}

// Whatever became of the order. Cancelled meanwhile, the answers are withdrawn all the same.
base::Task<void> Issuance::end() {
    bool is_cancelled = false;
    try {
        co_await validation_.stop();
    } catch (const boost::system::system_error&) {
        is_cancelled = true;
    }
    if (is_cancelled)
        co_await validation_.stop();
}

base::Task<Issued> Issuance::work() {
    co_await find_or_place_order();
    co_await begin_key();
    while (true) {
        // A CA that answers the same for ever would be asked for ever.
        if (++steps_at_once_ > most_steps_at_once)
            throw ProtocolError("the CA's order goes round in circles");
        NextStep next = next_step(order_, authorizations_, proving_);
        if (order_.status != OrderStatus::pending)
            co_await validation_.stop();
        // Should the order be pending again later, nothing known now would hold.
        if (order_.status == OrderStatus::ready || order_.status == OrderStatus::processing)
            authorizations_.clear();
        switch (next.step) {
            case OrderStep::fetch_authorizations:
                co_await fetch_authorizations();
                break;
            case OrderStep::prove:
                co_await prove(std::move(next.authorizations));
                break;
            case OrderStep::await_validation:
                co_await await_validation();
                break;
            case OrderStep::finalize:
                co_await finalize();
                break;
            case OrderStep::await_certificate:
                co_await await_certificate();
                break;
            case OrderStep::download: {
                Issued issued = co_await download();
                co_return issued;
            }
            case OrderStep::give_up:
                co_await give_up(std::move(next));
                break;
        }
    }
}

base::Task<Answer> Issuance::post(http::Url url, std::string payload, std::string doing) {
    Purpose purpose(std::move(doing), request_.names.front().text());
    Answer answer =
        co_await bench_.account.post(std::move(url), std::move(payload), std::move(purpose));
    co_return answer;
}

bool Issuance::names_are_ours(const Order& order) const {
    std::set<std::string> ours, theirs(order.names.begin(), order.names.end());
    for (const model::Identifier& name : request_.names)
        ours.insert(name.text());
    return theirs.empty() || ours == theirs;  // untold they are those that were ordered
}

// Of an order that a former attempt left, MDProfile may have been another one.
bool Issuance::profile_is_ours(const Order& order, const Directory& directory) const {
    auto asked = offered_profile(directory, wanted_profile(request_.terms, request_.names));
    return order.profile.empty() || !asked || *asked == order.profile;
}

base::Task<void> Issuance::find_or_place_order() {
    journal_.stage(model::stage::order);
    auto found = co_await resumable_order();
    if (found) {
        order_ = std::move(*found);
        bool goes_on = order_.status != OrderStatus::invalid;
        if (!goes_on && request_.after_failure)
            goes_on = co_await failed_unseen();
        if (goes_on)
            co_return;
        co_await journal_.order_dropped();
        authorizations_.clear();
    }
    co_await place_order();
}

// An invalid order of a former attempt, which met trouble itself: where it failed as well, that is
// a failure of this attempt, as the CA counts it; where it only got old, it is none.
base::Task<bool> Issuance::failed_unseen() {
    std::exception_ptr trouble;
    try {
        co_await fetch_authorizations();
    } catch (const AcmeError&) {
        trouble = std::current_exception();
    }
    if (trouble && trouble_of(trouble).passes)
        std::rethrow_exception(trouble);
    if (trouble)
        co_return false;
    co_return order_.error ||
        std::any_of(authorizations_.begin(), authorizations_.end(), [](const Authorization& one) {
            return one.status == AuthorizationStatus::invalid;
        });
}

// The order a former attempt left, when the CA still knows it and it is what is wanted.
base::Task<std::optional<Order>> Issuance::resumable_order() {
    auto url_text = co_await journal_.order_url();
    if (!url_text)
        co_return std::nullopt;
    Directory directory = co_await bench_.account.client().directory();
    std::optional<Order> found;
    bool elsewhere = false;
    UrlRule rule = bench_.account.client().url_rule();
    auto url = allowed_url(*url_text, rule);
    try {
        if (url) {
            elsewhere = url->origin() != directory.new_order.origin();
            Answer answer = co_await post(*url, "", "asking for the staged order");
            found = parse_order(answer.body, *url, rule);
        }
    } catch (const Refused& refusal) {
        // A CA that is down for now, or wants to be left alone, still knows the order; so may one
        // that gives no type, in whose place something else may have answered. But 404 says it all:
        // some CAs answer no more than that of an order that they do not know.
        const Problem& problem = refusal.problem();
        bool is_unknown = problem.status == 404 || problem.has_type();
        if (refusal.failure_class() == FailureClass::passing || refusal.retry_after() ||
            problem.is("rateLimited") || !is_unknown)
            throw;
        log::debug("staged order not usable", log::kv("domain", request_.names.front().text()),
                   log::kv("order", *url_text), log::kv("reason", refusal.what()));
    } catch (const http::TransportError& error) {
        // The CA has sent us to a place where nobody answers, or it is not the one that did.
        if (!elsewhere)
            throw;
        log::debug("staged order not usable", log::kv("domain", request_.names.front().text()),
                   log::kv("order", *url_text), log::kv("reason", error.what()));
    }
    auto key = co_await journal_.key();
    bool needs_key =
        found && (found->status == OrderStatus::processing || found->status == OrderStatus::valid);
    if (found && names_are_ours(*found) && profile_is_ours(*found, directory) &&
        (key || !needs_key))
        co_return found;
    co_await journal_.order_dropped();
    co_return std::nullopt;
}

base::Task<void> Issuance::place_order() {
    Answer answer = co_await ask_for_order(bench_, request_);
    if (!answer.location)
        throw ProtocolError("placing the order: the CA's answer has no Location");
    Directory directory = co_await bench_.account.client().directory();
    UrlRule rule = bench_.account.client().url_rule().within(directory.new_order);
    http::Url url = parse_url(*answer.location, rule, "the CA's order, 'Location'");
    auto told = order_told(answer.body, url);
    order_ = told.value_or(Order{});
    order_.url = std::move(url);
    co_await journal_.order_placed(order_);
    if (told)
        co_return;
    // It was placed, and counts: what its own URL shows may be sound.
    co_await refresh_order();
    if (!names_are_ours(order_))
        throw ProtocolError("placing the order: the CA's order is for other names");
    co_await journal_.order_placed(order_);
}

// What the answer to new-order says of it; nullopt when that is no order of ours.
std::optional<Order> Issuance::order_told(const std::string& body, const http::Url& url) const {
    std::string reason = "it is for other names, or asks for no proof";
    try {
        Order told = parse_order(body, url, bench_.account.client().url_rule());
        bool is_empty = told.status == OrderStatus::pending && told.authorizations.empty();
        if (names_are_ours(told) && !is_empty)
            return told;
    } catch (const ProtocolError& error) {
        reason = error.what();
    }
    log::debug("new order not understood, asked for again",
               log::kv("domain", request_.names.front().text()), log::kv("order", url.text()),
               log::kv("reason", reason));
    return std::nullopt;
}

base::Task<void> Issuance::begin_key() {
    auto kept = co_await journal_.key();
    key_is_kept_ = kept.has_value();
    if (kept)
        key_.emplace(std::move(*kept));
    else
        key_.emplace(executor_, bench_.pool, request_.key);
}

base::Task<void> Issuance::fetch_authorizations() {
    journal_.stage(model::stage::authorization);
    UrlRule rule = bench_.account.client().url_rule();
    std::vector<Authorization> fetched;
    for (const http::Url& url : order_.authorizations) {
        Answer answer = co_await post(url, "", "fetching an authorization");
        fetched.push_back(parse_authorization(answer.body, rule.within(url)));
        fetched.back().url = url;
    }
    authorizations_ = std::move(fetched);
    proving_.clear();
    // All were valid already (the CA reuses them): only the order itself can say it is ready.
    if (order_.status == OrderStatus::pending &&
        std::all_of(authorizations_.begin(), authorizations_.end(), [](const Authorization& one) {
            return one.status == AuthorizationStatus::valid;
        }))
        co_await refresh_order();
}

base::Task<void> Issuance::prove(std::vector<std::size_t> indexes) {
    journal_.stage(model::stage::challenge);
    std::vector<Authorization> unproven;
    for (std::size_t index : indexes)
        unproven.push_back(authorizations_[index]);
    co_await validation_.begin(std::move(unproven));
    proving_.insert(indexes.begin(), indexes.end());
}

base::Task<void> Issuance::await_validation() {
    co_await validation_.pause(retry_after_);
    steps_at_once_ = 0;
    std::exception_ptr trouble;
    try {
        co_await refresh_order();
    } catch (...) {
        trouble = std::current_exception();
    }
    co_await validation_.looked(trouble);
}

// What the CA said before and leaves out now holds: it does not change (RFC 8555 §7.1.3).
void Issuance::accept_order(const Answer& answer) {
    Order now = parse_order(answer.body, order_.url, bench_.account.client().url_rule());
    if (now.names.empty())
        now.names = std::move(order_.names);
    if (now.authorizations.empty())
        now.authorizations = std::move(order_.authorizations);
    if (!now.finalize)
        now.finalize = std::move(order_.finalize);
    if (now.profile.empty())
        now.profile = std::move(order_.profile);
    order_ = std::move(now);
    retry_after_ = answer.retry_after;
}

base::Task<void> Issuance::await_certificate() {
    journal_.stage(model::stage::certificate);
    if (certificate_pace_.total() > patience)
        throw AcmeError("the CA did not issue within 5 minutes", FailureClass::passing);
    milliseconds pause = certificate_pace_.next(retry_after_, bench_.clock.now());
    co_await bench_.clock.wait(pause);
    steps_at_once_ = 0;
    co_await refresh_order();
}

base::Task<void> Issuance::refresh_order() {
    Answer answer = co_await post(order_.url, "", "asking for the order");
    accept_order(answer);
    // The challenge that failed tells more than the order: have the authorizations fetched again.
    if (order_.status == OrderStatus::invalid)
        authorizations_.clear();
}

base::Task<void> Issuance::finalize() {
    crypto::PrivateKey key = co_await key_->get();
    journal_.stage(model::stage::finalize);
    if (!key_is_kept_)
        co_await journal_.key_made(key);
    key_is_kept_ = true;
    auto csr = crypto::make_csr(key, request_.names, request_.must_staple);
    std::exception_ptr refused;
    bool not_ready = false, hopeless = false, profile_is_gone = false;
    try {
        Answer answer =
            co_await post(*order_.finalize, finalize_payload(base::base64url_encode(csr)),
                          "finalizing the order");
        accept_order(answer);
    } catch (const Refused& refusal) {
        refused = std::current_exception();
        not_ready = refusal.problem().is("orderNotReady");
        profile_is_gone = refusal.problem().is("invalidProfile") && !profile_was_gone_;
        hopeless = refusal.failure_class() == FailureClass::permanent;
    }
    // "ready" still, or again "pending": not at once, and not for ever.
    bool no_further = order_.status == OrderStatus::ready || order_.status == OrderStatus::pending;
    if (!refused && no_further)
        co_await await_certificate();
    if (!refused)
        co_return;
    // RFC 8555 §7.4: read the order again. A CSR or key the CA dislikes is not offered twice.
    if (not_ready && certificate_pace_.total() < patience) {
        co_await await_certificate();
        co_return;
    }
    if (profile_is_gone) {
        co_await order_anew();
        co_return;
    }
    if (hopeless)
        co_await journal_.order_dropped();
    std::rethrow_exception(refused);
}

// The CA gave the order's profile up meanwhile: another order, by what it offers now, once.
base::Task<void> Issuance::order_anew() {
    profile_was_gone_ = true;
    bench_.account.client().forget_directory();
    co_await validation_.stop();
    co_await journal_.order_dropped();
    key_is_kept_ = false;
    authorizations_.clear();
    proving_.clear();
    journal_.stage(model::stage::order);
    co_await place_order();
}

base::Task<Issued> Issuance::download() {
    journal_.stage(model::stage::certificate);
    crypto::PrivateKey key = co_await key_->get();
    Answer answer = co_await post(*order_.certificate, "", "downloading the certificate");
    crypto::OrderedCertificate wanted{key, request_.names, request_.must_staple};
    auto chain = read_chain(answer.body, wanted, bench_.clock.now());
    if (!request_.preferred_chain.empty() && !leads_to(chain, request_.preferred_chain)) {
        auto others =
            alternates_of(answer.links, *order_.certificate, bench_.account.client().url_rule());
        chain = co_await preferred(std::move(chain), std::move(others), wanted);
    }
    auto wait = until_valid(chain.front(), bench_.clock.now());
    if (wait > std::chrono::seconds{0})
        co_await bench_.clock.wait(wait);
    co_return Issued{std::move(key), std::move(chain), order_.profile};
}

// Whatever becomes of the others, the first one is good.
base::Task<Chain> Issuance::preferred(Chain first, std::vector<http::Url> others,
                                      const crypto::OrderedCertificate& wanted) {
    for (http::Url& url : others) {
        Chain chain = co_await alternate(std::move(url), wanted);
        if (leads_to(chain, request_.preferred_chain))
            co_return chain;
    }
    log::warn("the CA has no chain of that name, its usual one is taken",
              log::kv("domain", request_.names.front().text()),
              log::kv("preferred", request_.preferred_chain),
              log::kv("taken", masked(first.back().issuer_common_name(), 100)));
    co_return first;
}

// Empty when it cannot be had.
base::Task<Chain> Issuance::alternate(http::Url url, const crypto::OrderedCertificate& wanted) {
    Chain chain;
    std::string reason;
    try {
        Answer answer = co_await post(std::move(url), "", "downloading another chain");
        chain = read_chain(answer.body, wanted, bench_.clock.now());
    } catch (const base::Error& error) {
        reason = error.what();
    }
    if (!reason.empty())
        log::warn("another chain of the certificate could not be read",
                  log::kv("domain", request_.names.front().text()), log::kv("reason", reason));
    co_return chain;
}

base::Task<void> Issuance::give_up(NextStep next) {
    if (next.misunderstood)
        throw ProtocolError("the CA's order cannot be followed: " + next.why.detail);
    if (!next.name.empty())
        journal_.stage(model::stage::challenge);
    co_await validation_.stop();
    co_await journal_.order_dropped();
    if (!next.name.empty())
        throw NotValidated(next.name, std::move(next.why));
    throw Refused("the order failed", std::move(next.why));
}

}  // namespace

base::Task<Issued> issue(IssueContext bench, IssueRequest request, IssueJournal& journal) {
    auto executor = co_await base::asio::this_coro::executor;
    Issuance issuance(executor, bench, request, journal);
    Issued issued = co_await issuance.run();
    co_return issued;
}

}  // namespace md::acme
