// SPDX-License-Identifier: Apache-2.0
// The CAs in use, each with its connections and nonces, shared by all MDs that reach it in the same
// way, and its account, shared by all MDs that name it.
#pragma once

#include "acme/account.hpp"
#include "base/clock.hpp"
#include "drive/stored_account.hpp"
#include "http/transport.hpp"
#include "model/issuer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace md::drive {

// How an MD reaches its CA, and as whom; MDs that agree in all of it share a CaSession.
struct IssuerRoute {
    std::string directory_url;
    std::string ca_file;
    std::string proxy;
    std::string kid;  // of the external account; "" = none

    static IssuerRoute of(const model::Issuer& issuer) {
        return {issuer.directory_url, issuer.ca_certificate_file, issuer.http_proxy,
                issuer.binding ? issuer.binding->kid : ""};
    }
    auto operator<=>(const IssuerRoute&) const = default;
};

// Makes the connections of a route: a BeastTransport, in tests a script.
using TransportFor = std::function<std::unique_ptr<http::Transport>(const IssuerRoute&)>;

struct CaSession {
    // What was not loaded from the store yet is, or is registered, by one at a time: the others
    // find it in the store then.
    base::Task<void> ensure_account(acme::AccountWish wish);

    std::unique_ptr<http::Transport> transport;
    std::unique_ptr<acme::Client> client;
    std::unique_ptr<StoredAccount> vault;
    std::unique_ptr<acme::Account> account;
    base::Permits* registration = nullptr;  // of the CA's host, as the folders in accounts/ are
};

class CaSessions {
public:
    CaSessions(base::asio::any_io_executor executor, store::Store& store, const base::Clock& clock,
               TransportFor transport_for)
        : executor_(std::move(executor)),
          store_(store),
          clock_(clock),
          transport_for_(std::move(transport_for)) {}

    // Stays where it is for as long as this lives. Throws when the route cannot be set up at all.
    CaSession& at(const IssuerRoute& route);

    // Accounts that are in use and are gone from the store are written again.
    base::Task<void> keep_accounts();

    // Closes the connections that are kept between requests.
    void close_idle();

private:
    base::asio::any_io_executor executor_;
    store::Store& store_;
    const base::Clock& clock_;
    TransportFor transport_for_;
    std::map<IssuerRoute, CaSession> known_;
    std::map<std::string, base::Permits> registrations_;  // by host
};

}  // namespace md::drive
