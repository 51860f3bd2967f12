// SPDX-License-Identifier: Apache-2.0
#include "drive/ca_sessions.hpp"

namespace md::drive {

base::Task<void> CaSession::ensure_account(acme::AccountWish wish) {
    std::optional<base::Permits::Permit> turn;
    if (account->thumbprint().empty())
        turn.emplace(co_await registration->take());
    co_await account->ensure(std::move(wish));
}

CaSession& CaSessions::at(const IssuerRoute& route) {
    auto found = known_.find(route);
    if (found != known_.end())
        return found->second;
    auto url = http::Url::parse(route.directory_url);
    if (!url)
        throw base::Error("MDCertificateAuthority: '" + route.directory_url + "' is not a URL");
    CaSession fresh;
    fresh.transport = transport_for_(route);
    fresh.client = std::make_unique<acme::Client>(executor_, *fresh.transport, clock_, *url);
    fresh.vault = std::make_unique<StoredAccount>(store_, *url, route.kid);
    fresh.account = std::make_unique<acme::Account>(executor_, *fresh.client, *fresh.vault);
    fresh.registration = &registrations_.try_emplace(url->host(), executor_, 1U).first->second;
    return known_.emplace(route, std::move(fresh)).first->second;
}

base::Task<void> CaSessions::keep_accounts() {
    std::vector<CaSession*> known;
    for (auto& [route, authority] : known_)
        known.push_back(&authority);
    for (CaSession* one : known) {
        bool is_gone = co_await one->vault->is_gone();
        if (is_gone)
            co_await one->account->save_again();
    }
}

void CaSessions::close_idle() {
    for (auto& [route, authority] : known_)
        authority.transport->close_idle();
}

}  // namespace md::drive
