// SPDX-License-Identifier: Apache-2.0
// What the responder proves at present: http-01 tokens and tls-alpn-01 names. Pure: knows nothing
// of sockets; who posts gets a ticket, and who was asked calls on_seen.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace md::responder {

// One thing on the board. `on_seen` is called each time a validator has got its answer, possibly
// shortly after the posting was withdrawn: it must own what it touches.
struct Posting {
    std::string answer;  // the key authorization
    std::function<void()> on_seen;
};

class ChallengeBoard {
public:
    using Ticket = std::uint64_t;

    // The latest posting of a token or name is the one shown. Two orders may share one
    // authorization and so one token: withdrawing one of them shows the other again.
    Ticket post_http(std::string token, Posting posting);
    Ticket post_tls(std::string name, Posting posting);
    void withdraw_http(std::string_view token, Ticket ticket);
    void withdraw_tls(std::string_view name, Ticket ticket);

    // The posting, or null; valid until the board changes.
    const Posting* http(std::string_view token) const { return shown(http_, token); }
    const Posting* tls(std::string_view name) const { return shown(tls_, name); }

    bool empty() const { return http_.empty() && tls_.empty(); }

private:
    struct Entry {
        Ticket ticket;
        Posting posting;
    };
    using Entries = std::map<std::string, std::vector<Entry>, std::less<>>;

    Ticket post(Entries& entries, std::string key, Posting posting);
    static void withdraw(Entries& entries, std::string_view key, Ticket ticket);
    static const Posting* shown(const Entries& entries, std::string_view key);

    Entries http_;
    Entries tls_;
    Ticket last_ticket_ = 0;
};

}  // namespace md::responder
