// SPDX-License-Identifier: Apache-2.0
// What the responder proves at present: http-01 tokens and tls-alpn-01 names. Pure: knows nothing
// of sockets; who posts gets a ticket, and who is asked marks it seen.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace md::responder {

// One thing on the board. `on_seen` is called each time a validator asked for it.
struct Posting {
    std::string answer;  // the key authorization
    std::function<void()> on_seen;
};

class ChallengeBoard {
public:
    // Tokens and names are unique on the board per kind; a later posting replaces the former.
    void post_http(std::string token, Posting posting);
    void post_tls(std::string name, Posting posting);
    void withdraw_http(const std::string& token);
    void withdraw_tls(const std::string& name);

    // The posting, or null. Calling seen() is up to the asker.
    const Posting* http(std::string_view token) const;
    const Posting* tls(std::string_view name) const;

    bool empty() const { return http_.empty() && tls_.empty(); }

private:
    std::map<std::string, Posting, std::less<>> http_;
    std::map<std::string, Posting, std::less<>> tls_;
};

}  // namespace md::responder
