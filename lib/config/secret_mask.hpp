// SPDX-License-Identifier: Apache-2.0
// The login of a URL in whatever text a person wrote, be the URL good or not: a password is not to
// be shown, neither on a terminal nor in a journal. Rather too much is taken for one than too
// little.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace md::config {

// Where it is: "joe:secret" of "MDHttpProxy http://joe:secret@proxy", and all behind the name of
// MDExternalAccountBinding, which is a key. Empty when there is none.
struct SecretSpan {
    std::size_t begin = 0, end = 0;
};
SecretSpan secret_in(std::string_view line);

// The text with an asterisk for each octet of the login.
std::string mask_secret(std::string text);

}  // namespace md::config
