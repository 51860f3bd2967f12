// SPDX-License-Identifier: Apache-2.0
#include "base/secret.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <ostream>
#include <string>
#include <type_traits>

using md::base::Secret;

namespace {

template <typename T, typename = void>
struct IsPrintable : std::false_type {};
template <typename T>
struct IsPrintable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};

static_assert(IsPrintable<std::string>::value);
static_assert(!IsPrintable<Secret>::value, "a secret must not get into a log by accident");
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string_view, Secret>);

// Short enough to lie inside the object, where a test may look without touching freed memory.
constexpr std::string_view word = "0123456789";

bool holds(const unsigned char* memory, std::size_t size) {
    return std::search(memory, memory + size, word.begin(), word.begin() + 4) != memory + size;
}

}  // namespace

TEST_CASE("a secret gives its content at the one door") {
    Secret secret(word);
    CHECK(secret.reveal() == word);
    CHECK(secret.size() == word.size());
    CHECK(secret.bytes().size() == word.size());
    CHECK_FALSE(secret.empty());
    CHECK(Secret().empty());
    CHECK(Secret(secret.bytes()).reveal() == word);
}

TEST_CASE("copies are apart, a moved-from secret is empty") {
    Secret first(word);
    Secret copy(first);
    Secret moved(std::move(first));
    CHECK(copy.reveal() == word);
    CHECK(moved.reveal() == word);
    CHECK(first.empty());
    copy = Secret("other");
    CHECK(copy.reveal() == "other");
    copy = moved;
    CHECK(copy.reveal() == word);
    CHECK(moved.reveal() == word);
}

TEST_CASE("a destroyed secret leaves nothing behind") {
    alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
    auto* secret = new (memory.data()) Secret(word);
    REQUIRE(holds(memory.data(), memory.size()));
    secret->~Secret();
    CHECK_FALSE(holds(memory.data(), memory.size()));
}

TEST_CASE("a moved-from secret leaves nothing behind") {
    alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
    auto* secret = new (memory.data()) Secret(word);
    Secret moved(std::move(*secret));
    CHECK(moved.reveal() == word);
    CHECK_FALSE(holds(memory.data(), memory.size()));
    secret->~Secret();
}

TEST_CASE("wiping nothing is fine") {
    md::base::wipe(nullptr, 0);
    std::array<char, 4> memory = {'a', 'b', 'c', 'd'};
    md::base::wipe(memory.data(), 3);
    CHECK(memory == std::array<char, 4>{0, 0, 0, 'd'});
}
