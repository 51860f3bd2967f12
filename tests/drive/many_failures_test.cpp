// SPDX-License-Identifier: Apache-2.0
// The whole drive with 300 MDs that all fail: what the CA counts stays within what Let's Encrypt
// grants an account.
#include "drive/loop_bench.hpp"
#include "support/catch.hpp"

#include <algorithm>

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::LoopBench;
using test::Scenario;

constexpr int number = 300;

struct Crowd : LoopBench {
    Crowd() : LoopBench(test::many(number), refusing()) {
        desired.server.order_rate =
            desired.server.order_rate_at("https://acme-v02.api.letsencrypt.org/directory");
    }

    static Scenario refusing() {
        Scenario scenario;
        for (const model::ManagedDomain& domain : test::many(number))
            scenario.refused[domain.name()] = "unauthorized";
        return scenario;
    }
    // Goes from wait to wait, and notes when orders came in.
    void pass_noting(std::chrono::seconds time) {
        const auto end = clock.now() + time;
        note();
        while (clock.now() < end && clock.advance_to_next()) {
            settle();
            note();
        }
    }
    void note() { orders.resize(ca.orders(), clock.now()); }
    std::size_t densest(std::chrono::seconds span) const {
        std::size_t most = 0, first = 0;
        for (std::size_t last = 0; last < orders.size(); ++last) {
            while (orders[last] - orders[first] >= span)
                ++first;
            most = std::max(most, last - first + 1);
        }
        return most;
    }
    // The least that a bucket of 300 orders ever held which gains one every 36 seconds.
    double least_left() const {
        double level = 300, least = 300;
        for (std::size_t i = 0; i < orders.size(); ++i) {
            const auto pause = i == 0 ? 0s : orders[i] - orders[i - 1];
            level = std::min(300.0, level + static_cast<double>(pause.count()) / 36) - 1;
            least = std::min(least, level);
        }
        return least;
    }
    std::ptrdiff_t tried() const {
        return std::count_if(desired.domains.begin(), desired.domains.end(),
                             [this](const auto& domain) {
                                 const auto& job = loop->observed().of(domain.name()).staged_job;
                                 return job && job->errors > 0;
                             });
    }

    std::vector<std::chrono::sys_seconds> orders;
};

}  // namespace

TEST_CASE("300 MDs that all fail never cost an account more than 300 orders in 3 hours") {
    Crowd crowd;
    crowd.start();
    crowd.pass_noting(2h);
    CHECK(crowd.orders.size() > 200);
    crowd.stop();
    crowd.start();  // what was counted is in the store
    crowd.pass_noting(5h);
    CHECK(crowd.tried() == number);
    CHECK(crowd.orders.size() > number);
    CHECK(crowd.densest(3h) <= 300);
    CHECK(crowd.least_left() >= 0);
    CHECK(crowd.ca.accounts() == 1);
}

}  // namespace md::drive
