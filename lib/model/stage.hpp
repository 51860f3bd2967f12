// SPDX-License-Identifier: Apache-2.0
// The stages of an attempt in the order it passes them: where a failure is said to have happened.
// In job.json each is the "activity" of "last".
#pragma once

#include <string_view>

namespace md::model::stage {

inline constexpr std::string_view store = "store";      // noting that it begins
inline constexpr std::string_view message = "message";  // MDMessageCmd is told "renewing"
inline constexpr std::string_view account = "account";
inline constexpr std::string_view order = "order";
inline constexpr std::string_view authorization = "authorization";
inline constexpr std::string_view challenge = "challenge";
inline constexpr std::string_view finalize = "finalize";
inline constexpr std::string_view certificate = "certificate";
inline constexpr std::string_view activate = "activate";
inline constexpr std::string_view installed = "installed";  // it has succeeded

}  // namespace md::model::stage
