// SPDX-License-Identifier: Apache-2.0
#include "schedule/agenda.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <random>

namespace md::schedule {
namespace {

using namespace std::chrono_literals;

constexpr sys_seconds start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

sys_seconds always_open(std::size_t) {
    return start;
}

std::vector<std::size_t> taken_at(Agenda& agenda, sys_seconds now,
                                  const Agenda::LaneOpens& opens = always_open) {
    std::vector<std::size_t> places;
    while (auto next = agenda.take(now, opens))
        places.push_back(next->place);
    return places;
}

using Places = std::vector<std::size_t>;

}  // namespace

TEST_CASE(
    "nobody is taken before the time, and of those whose time has come the most urgent first") {
    Agenda agenda;
    agenda.put({0, 0, start + 1h, start + 9h});
    agenda.put({1, 0, start + 2h, start + 8h});
    agenda.put({2, 0, start + 3h, start + 7h});
    CHECK(agenda.next(start, always_open) == start + 1h);
    CHECK(taken_at(agenda, start).empty());
    CHECK(taken_at(agenda, start + 2h) == Places{1, 0});
    CHECK(agenda.size() == 1);
    CHECK(taken_at(agenda, start + 9h) == Places{2});
    CHECK_FALSE(agenda.next(start, always_open));
}

TEST_CASE("a closed lane holds up its own, until it opens") {
    Agenda agenda;
    agenda.put({0, 0, start, start + 1h});
    agenda.put({1, 1, start, start + 2h});
    agenda.put({2, 1, start + 5h, start + 2h});
    auto first_opens_late = [](std::size_t lane) { return lane == 0 ? start + 4h : start; };
    CHECK(taken_at(agenda, start, first_opens_late) == Places{1});
    CHECK(agenda.next(start, first_opens_late) == start + 4h);
    CHECK(agenda.due(start).size() == 1);
    CHECK(taken_at(agenda, start + 4h, first_opens_late) == Places{0});
    CHECK(agenda.next(start + 4h, first_opens_late) == start + 5h);
}

TEST_CASE("a new appointment takes the place of the former, also of one that was due") {
    Agenda agenda;
    agenda.put({3, 0, start, start});
    CHECK(taken_at(agenda, start - 1s).empty());
    auto closed = [](std::size_t) { return start + 1h; };
    CHECK_FALSE(agenda.take(start, closed));  // it has been found due
    agenda.put({3, 0, start + 2h, start});
    CHECK(agenda.size() == 1);
    CHECK(taken_at(agenda, start + 1h).empty());
    CHECK(taken_at(agenda, start + 2h) == Places{3});
    agenda.put({3, 0, start, start});
    agenda.remove(3);
    agenda.remove(3);
    agenda.remove(77);
    CHECK(agenda.size() == 0);
    CHECK(taken_at(agenda, start + 9h).empty());
}

TEST_CASE("a thousand random appointments are kept as an unsorted list would keep them") {
    std::mt19937 random(11);
    Agenda agenda;
    std::vector<std::optional<Appointment>> plain(50);
    sys_seconds now = start;
    for (int i = 0; i < 5000; ++i) {
        std::size_t place = random() % plain.size();
        if (random() % 4 != 0) {
            Appointment one{place, random() % 3, now + std::chrono::seconds{random() % 100},
                            start + std::chrono::seconds{random() % 100}};
            agenda.put(one);
            plain[place] = one;
        } else {
            agenda.remove(place);
            plain[place].reset();
        }
        now += std::chrono::seconds{random() % 3};
        auto opens = [&](std::size_t lane) { return lane == 2 ? now + 1s : now; };
        const Appointment* expected = nullptr;
        for (const auto& one : plain)
            if (one && one->at <= now && one->lane != 2 &&
                (expected == nullptr || std::pair(one->deadline, one->place) <
                                            std::pair(expected->deadline, expected->place)))
                expected = &*one;
        auto taken = agenda.take(now, opens);
        REQUIRE(taken.has_value() == (expected != nullptr));
        if (taken) {
            REQUIRE(*taken == *expected);
            plain[taken->place].reset();
        }
    }
}

}  // namespace md::schedule
