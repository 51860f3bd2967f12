// SPDX-License-Identifier: Apache-2.0
// The board is two maps of short stacks; hardly ever is a stack higher than one.
#include "challenge/challenge_board.hpp"

#include <utility>

namespace md::challenge {

ChallengeBoard::Handle ChallengeBoard::publish_http(std::string token, PublishedAnswer published) {
    http_[token].push_back({++last_number_, std::move(published)});
    return {false, std::move(token), last_number_};
}

ChallengeBoard::Handle ChallengeBoard::publish_tls(std::string name, PublishedAnswer published) {
    tls_[name].push_back({++last_number_, std::move(published)});
    return {true, std::move(name), last_number_};
}

void ChallengeBoard::remove(const Handle& handle) {
    Entries& entries = handle.is_tls ? tls_ : http_;
    auto found = entries.find(handle.key);
    if (found == entries.end())
        return;
    std::erase_if(found->second, [&](const Entry& entry) { return entry.number == handle.number; });
    if (found->second.empty())
        entries.erase(found);
}

const PublishedAnswer* ChallengeBoard::shown(const Entries& entries, std::string_view key) {
    auto found = entries.find(key);
    return found == entries.end() ? nullptr : &found->second.back().published;
}

}  // namespace md::challenge
