// SPDX-License-Identifier: Apache-2.0
// The one place that knows which Catch2 this is: v2 (Debian 12), or v3 with the names that v2 has.
// Tests write Catch::Contains("part"), Catch::StartsWith, Catch::Approx and so on.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

#include <string>

namespace Catch {

using namespace Matchers;

// v3's own Contains is for ranges, and takes a text for a range of characters.
inline auto Contains(const std::string& part, CaseSensitive sensitivity = CaseSensitive::Yes) {
    return Matchers::ContainsSubstring(part, sensitivity);
}

}  // namespace Catch
#else
#include <catch2/catch.hpp>

namespace Catch {

using Detail::Approx;

}  // namespace Catch
#endif
