// SPDX-License-Identifier: Apache-2.0
// The board is two maps of short stacks; hardly ever is a stack higher than one.
#include "responder/challenge_board.hpp"

#include <utility>

namespace md::responder {

ChallengeBoard::Ticket ChallengeBoard::post_http(std::string token, Posting posting) {
    return post(http_, std::move(token), std::move(posting));
}

ChallengeBoard::Ticket ChallengeBoard::post_tls(std::string name, Posting posting) {
    return post(tls_, std::move(name), std::move(posting));
}

void ChallengeBoard::withdraw_http(std::string_view token, Ticket ticket) {
    withdraw(http_, token, ticket);
}

void ChallengeBoard::withdraw_tls(std::string_view name, Ticket ticket) {
    withdraw(tls_, name, ticket);
}

ChallengeBoard::Ticket ChallengeBoard::post(Entries& entries, std::string key, Posting posting) {
    entries[std::move(key)].push_back({++last_ticket_, std::move(posting)});
    return last_ticket_;
}

void ChallengeBoard::withdraw(Entries& entries, std::string_view key, Ticket ticket) {
    auto found = entries.find(key);
    if (found == entries.end())
        return;
    std::erase_if(found->second, [ticket](const Entry& entry) { return entry.ticket == ticket; });
    if (found->second.empty())
        entries.erase(found);
}

const Posting* ChallengeBoard::shown(const Entries& entries, std::string_view key) {
    auto found = entries.find(key);
    return found == entries.end() ? nullptr : &found->second.back().posting;
}

}  // namespace md::responder
