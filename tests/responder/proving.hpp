// SPDX-License-Identifier: Apache-2.0
// A responder that proves one token on each of its ports, and how long validators wait for it.
#pragma once

#include "responding.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace md::test {

inline const std::string challenge = "/.well-known/acme-challenge/token-1";
inline const std::string key_authorization = "token-1.thumbprint";
inline const std::string prepared_name = "prepared.example";

#ifdef __SANITIZE_ADDRESS__
constexpr int slowness = 10;
#else
constexpr int slowness = 1;
#endif
// What a validator may have to wait, whatever else goes on.
constexpr std::chrono::milliseconds prompt = std::chrono::milliseconds(100) * slowness;

struct Proving : Responding {
    explicit Proving(server::Limits limits = {}) : Responding(limits) {
        on_loop([this] {
            board.publish_http("token-1", {key_authorization, {}});
            board.publish_tls(prepared_name, {key_authorization, {}});
        });
    }
};

// How long validators waited. Nine of ten of them waited for no longer than `most`: the machine
// may have been busy with something else at the rest.
struct Waits {
    std::chrono::steady_clock::duration most{}, worst{};
};

// That many validators of each kind, one after the other; all of them have to be answered.
inline Waits waits_of_validators(const Responding& target, int of_each_kind) {
    const std::string hello = client_hello(prepared_name, "acme-tls/1");
    std::vector<std::chrono::steady_clock::duration> waits;
    for (int i = 0; i < 2 * of_each_kind; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const std::string answer =
            i % 2 == 0 ? say(target.http(), get(challenge)) : say(target.https(), hello);
        waits.push_back(std::chrono::steady_clock::now() - start);
        if (i % 2 == 0)
            CHECK(body_of(answer) == key_authorization);
        else
            CHECK(answer.starts_with("\x16\x03\x03"));
    }
    std::sort(waits.begin(), waits.end());
    return {waits[waits.size() * 9 / 10], waits.back()};
}

inline bool validates_promptly(const Responding& target) {
    return waits_of_validators(target, 5).most < prompt;
}

// The number of files this process may open, changed for a test.
class OpenFiles {
public:
    OpenFiles() { ::getrlimit(RLIMIT_NOFILE, &before_); }
    ~OpenFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    OpenFiles(const OpenFiles&) = delete;
    OpenFiles& operator=(const OpenFiles&) = delete;

    void limit(rlim_t number) {
        rlimit wanted{number, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &wanted) == 0);
    }
    // As many as that, or as the system lets it have. Returns how many.
    rlim_t raise(rlim_t wanted) {
        const rlim_t number = std::min(wanted, before_.rlim_max);
        limit(number);
        return number;
    }

private:
    rlimit before_{};
};

}  // namespace md::test
