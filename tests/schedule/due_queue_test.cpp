// SPDX-License-Identifier: Apache-2.0
#include "schedule/due_queue.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <random>

namespace md::schedule {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

constexpr sys_seconds start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

Due due_at(const char* domain, sys_seconds at, sys_seconds deadline, CaLimits::Number ca = 0) {
    return {domain, at, deadline, ca};
}

Names taken_at(DueQueue& queue, sys_seconds now, const DueQueue::OpenFrom& open_from = {}) {
    Names names;
    while (auto next = queue.take(now, open_from))
        names.push_back(next->domain);
    return names;
}

}  // namespace

TEST_CASE(
    "nobody is taken before the time, and of those whose time has come the most urgent first") {
    DueQueue queue;
    queue.put(due_at("a", start + 1h, start + 9h));
    queue.put(due_at("b", start + 2h, start + 8h));
    queue.put(due_at("c", start + 3h, start + 7h));
    CHECK(queue.next(start) == start + 1h);
    CHECK(taken_at(queue, start).empty());
    CHECK(taken_at(queue, start + 2h) == Names{"b", "a"});
    CHECK(queue.size() == 1);
    CHECK(queue.find("a") == nullptr);
    CHECK(taken_at(queue, start + 9h) == Names{"c"});
    CHECK_FALSE(queue.next(start));
}

TEST_CASE("a CA that is closed holds up its own, until it opens") {
    DueQueue queue;
    queue.put(due_at("a", start, start + 1h, 0));
    queue.put(due_at("b", start, start + 2h, 1));
    queue.put(due_at("c", start + 5h, start + 2h, 1));
    const DueQueue::OpenFrom first_opens_late = {start + 4h};
    CHECK(taken_at(queue, start, first_opens_late) == Names{"b"});
    CHECK(queue.next(start, first_opens_late) == start + 4h);
    CHECK(queue.due(start).size() == 1);
    CHECK(taken_at(queue, start + 4h, first_opens_late) == Names{"a"});
    CHECK(queue.next(start + 4h, first_opens_late) == start + 5h);
}

TEST_CASE("what is put in takes the place of what was known, also of one that was due") {
    DueQueue queue;
    queue.put(due_at("a", start, start));
    CHECK(taken_at(queue, start - 1s).empty());
    CHECK_FALSE(queue.take(start, {start + 1h}));  // it has been found due
    queue.put(due_at("a", start + 2h, start));
    CHECK(queue.size() == 1);
    CHECK(taken_at(queue, start + 1h).empty());
    CHECK(taken_at(queue, start + 2h) == Names{"a"});
    queue.put(due_at("a", start, start));
    REQUIRE(queue.find("a") != nullptr);
    CHECK(queue.find("a")->at == start);
    queue.remove("a");
    queue.remove("a");
    queue.remove("stranger");
    CHECK(queue.find("a") == nullptr);
    CHECK(queue.size() == 0);
    CHECK(taken_at(queue, start + 9h).empty());
}

TEST_CASE("of many that are given at once equals go in that order") {
    DueQueue queue;
    queue.put(due_at("gone", start, start));
    queue.assign({due_at("z", start, start), due_at("a", start, start), due_at("m", start, start)});
    CHECK(queue.size() == 3);
    CHECK(queue.due(start).front().domain == "z");
    CHECK(taken_at(queue, start) == Names{"z", "a", "m"});
}

TEST_CASE("thousands of random changes are kept as an unsorted list would keep them") {
    std::mt19937 random(11);
    DueQueue queue;
    std::vector<Due> names;
    for (int i = 0; i < 50; ++i)
        names.push_back(due_at(("d" + std::to_string(100 - i)).c_str(), start + 99h, start));
    queue.assign(names);
    std::vector<std::optional<Due>> plain(names.begin(), names.end());
    sys_seconds now = start;
    for (int i = 0; i < 5000; ++i) {
        std::size_t place = random() % plain.size();
        if (random() % 4 != 0) {
            Due one = names[place];
            one.ca = static_cast<CaLimits::Number>(random() % 3);
            one.at = now + std::chrono::seconds{random() % 100};
            one.deadline = start + std::chrono::seconds{random() % 100};
            queue.put(one);
            plain[place] = one;
        } else {
            queue.remove(names[place].domain);
            plain[place].reset();
        }
        now += std::chrono::seconds{random() % 3};
        const Due* expected = nullptr;
        std::optional<sys_seconds> next;
        for (const auto& one : plain) {
            if (one && (one->ca != 2 || one->at > now))
                next = std::min(next.value_or(std::max(one->at, now)), std::max(one->at, now));
            if (one && one->at <= now && one->ca != 2 &&
                (expected == nullptr || one->deadline < expected->deadline))
                expected = &*one;
        }
        const DueQueue::OpenFrom open_from = {now, now, now + 1s};
        CHECK(queue.size() ==
              static_cast<std::size_t>(std::count_if(
                  plain.begin(), plain.end(), [](const auto& one) { return one.has_value(); })));
        auto taken = queue.take(now, open_from);
        REQUIRE(taken.has_value() == (expected != nullptr));
        if (taken) {
            REQUIRE(*taken == *expected);
            auto gone = std::find(plain.begin(), plain.end(), taken);
            gone->reset();
        } else if (next && queue.due(now).empty()) {
            REQUIRE(queue.next(now, open_from) == next);
        }
    }
}

}  // namespace md::schedule
