// SPDX-License-Identifier: Apache-2.0
#include "acme/received_chain.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "crypto/chain_order.hpp"

#include <algorithm>
#include <string>

namespace md::acme {
namespace {

using crypto::Certificate;
using model::FailureCause;
using model::FailureClass;

constexpr std::chrono::minutes longest_difference_of_clocks{5};
constexpr std::chrono::hours longest_wait_for_validity{1};

// Another order would bring the same where no certificate can be read, or where the one that was
// ordered came with a chain that is none.
FailureCause cause_of_refusal(const std::vector<Certificate>& chain,
                              const crypto::OrderedCertificate& wanted, sys_seconds now) {
    if (chain.empty() || !crypto::chain_mistake({chain.front()}, wanted, now))
        return FailureCause::answer_not_understood;
    return chain.front().not_after() <= now ? FailureCause::certificate_expired
                                            : FailureCause::none;
}

void log_what_was_put_right(const crypto::OrderedChain& ordered,
                            const crypto::OrderedCertificate& wanted) {
    const std::string& domain = wanted.names.front().text();
    if (std::string note = ordered.note(); !note.empty())
        log::warn("the CA's chain was put in order", log::kv("domain", domain),
                  log::kv("what", note));
    std::string more = crypto::names_not_ordered(ordered.chain.front(), wanted.names);
    if (!more.empty())
        log::info("the certificate has more names than ordered", log::kv("domain", domain),
                  log::kv("names", more));
}

}  // namespace

std::vector<Certificate> read_chain(std::string_view body, const crypto::OrderedCertificate& wanted,
                                    sys_seconds now) {
    crypto::OrderedChain ordered;
    std::optional<std::string> mistake;
    try {
        ordered = crypto::order_chain(crypto::parse_chain(body), wanted.key, now);
        mistake = crypto::chain_mistake(ordered.chain, wanted, now);
    } catch (const base::Error& error) {
        mistake = error.what();
        ordered.chain.clear();
    }
    // The order stays: another one would cost a certificate more, and this one is as good as it was
    // should the mistake be that of our clock, or of the way here.
    if (mistake)
        throw AcmeError("the CA's certificate is refused: " + *mistake, FailureClass::budget,
                        cause_of_refusal(ordered.chain, wanted, now));
    log_what_was_put_right(ordered, wanted);
    return std::move(ordered.chain);
}

// What browsers refuse yet must not replace what they accept.
std::chrono::seconds until_valid(const Certificate& leaf, sys_seconds now) {
    sys_seconds begin = std::max(leaf.not_before(), now);
    if (begin > now + longest_difference_of_clocks)
        throw AcmeError("the CA's certificate is valid from " + base::readable_time(begin) +
                            " only, and here it is " + base::readable_time(now),
                        FailureClass::passing, FailureCause::certificate_ahead,
                        std::min(begin, now + longest_wait_for_validity));
    return begin - now;
}

}  // namespace md::acme
