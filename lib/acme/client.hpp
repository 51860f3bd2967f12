// SPDX-License-Identifier: Apache-2.0
// One CA as seen by all managed domains that use it: its directory, the pool of nonces, signed
// requests with badNonce repeated. It knows nothing of orders.
#pragma once

#include "acme/error.hpp"
#include "acme/messages.hpp"
#include "base/clock.hpp"
#include "base/permits.hpp"
#include "crypto/private_key.hpp"
#include "http/transport.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace md::acme {

// Who signs: with the account's URL as "kid", or, before there is one, with the key as "jwk".
struct Signer {
    crypto::PrivateKey key;
    std::string account_url;  // "" = use jwk (newAccount, RFC 8555 §6.2)
};

// What a request is for, in messages and debug lines.
struct Purpose {
    Purpose(const char* what) : doing(what) {}
    Purpose(std::string what, std::string whose)
        : doing(std::move(what)), domain(std::move(whose)) {}

    std::string doing;   // "placing the order"
    std::string domain;  // the MD's name; "" where it is for the account
};

// An answer with a status of 2xx.
struct Answer {
    std::string body;
    std::string content_type;
    std::optional<std::string> location;
    std::optional<sys_seconds> retry_after;
    std::vector<std::string> links = {};  // the Link fields
    bool repeated = false;  // asked for twice: the connection ended before the first answer
};

class Client {
public:
    Client(base::asio::any_io_executor executor, http::Transport& transport,
           const base::Clock& clock, http::Url directory_url);

    const http::Url& directory_url() const { return directory_url_; }
    UrlRule url_rule() const { return {!directory_url_.is_https()}; }

    // Fetched when first needed and again after an hour. Throws.
    base::Task<Directory> directory();
    // What was fetched is known to be out of date.
    void forget_directory() { directory_ = std::nullopt; }

    // A signed POST (RFC 8555 §6.2); an empty payload is POST-as-GET. A badNonce is repeated with
    // the nonce of that error (§6.5), up to ten times. Where a kept connection ended without an
    // answer, what only asks is asked once more, signed anew, and so is for an account, which the
    // same key finds again (§7.3.1); whatever else has an effect is not, and throws. Any other
    // status than 2xx throws Refused.
    base::Task<Answer> post(Signer signer, http::Url url, std::string payload, Purpose purpose);

private:
    base::Task<std::string> take_nonce();
    base::Task<void> fetch_nonce();
    base::Task<http::HttpResponse> post_until_answered(const Signer& signer, const http::Url& url,
                                                       const std::string& payload,
                                                       const std::string& domain);
    void keep_nonce(const http::HttpResponse& response);
    base::Task<http::HttpResponse> post_once(const Signer& signer, const http::Url& url,
                                             const std::string& payload, std::string nonce,
                                             const std::string& domain);
    std::optional<std::string> nonce_of(const http::HttpResponse& response) const;
    base::Task<http::HttpResponse> get(http::Url url, std::string method);

    http::Transport& transport_;
    const base::Clock& clock_;
    http::Url directory_url_;
    base::Permits directory_turn_;
    std::optional<Directory> directory_;
    sys_seconds directory_fetched_{};
    std::deque<std::string> nonces_;
    std::string nonce_method_ = "HEAD";  // RFC 8555 §7.2
};

}  // namespace md::acme
