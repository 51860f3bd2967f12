// SPDX-License-Identifier: Apache-2.0
// What the responder proves at present: http-01 tokens and the server names of tls-alpn-01. Pure:
// knows nothing of sockets; a solver publishes an answer, and the server notes in its receipt who
// got it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace md::base {
class Receipt;
}

namespace md::challenge {

// Each time a validator has got the answer, possibly shortly after it was removed, that is noted in
// the receipt.
struct PublishedAnswer {
    std::string answer;                      // the key authorization
    std::shared_ptr<base::Receipt> receipt;  // none: it is not of interest
};

class ChallengeBoard {
public:
    // Of one published answer.
    struct Handle {
        bool is_tls;
        std::string key;  // its token or server name
        std::uint64_t number;
    };

    // The latest answer of a token or name is the one shown. Two orders may share one authorization
    // and so one token: once one of them is removed, the other is shown again.
    Handle publish_http(std::string token, PublishedAnswer published);
    Handle publish_tls(std::string name, PublishedAnswer published);
    // One that was removed already is none.
    void remove(const Handle& handle);

    // The answer, or null; valid until the board changes.
    const PublishedAnswer* http(std::string_view token) const { return shown(http_, token); }
    const PublishedAnswer* tls(std::string_view name) const { return shown(tls_, name); }

    bool empty() const { return http_.empty() && tls_.empty(); }

private:
    struct Entry {
        std::uint64_t number;
        PublishedAnswer published;
    };
    using Entries = std::map<std::string, std::vector<Entry>, std::less<>>;

    static const PublishedAnswer* shown(const Entries& entries, std::string_view key);

    Entries http_;
    Entries tls_;
    std::uint64_t last_number_ = 0;
};

}  // namespace md::challenge
