// SPDX-License-Identifier: Apache-2.0
// Plain strings that hold a private key for a moment, between the store and OpenSSL: wiped when
// they go. Moving does not copy them.
#pragma once

#include "base/secret.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace md::base {

inline void wipe_text(std::string& text) noexcept {
    wipe(text.data(), text.capacity());
}
inline void wipe_text(std::optional<std::string>& text) noexcept {
    if (text)
        wipe_text(*text);
}
template <typename Key>
void wipe_text(std::map<Key, std::string>& texts) noexcept {
    for (auto& [key, text] : texts)
        wipe_text(text);
}

template <typename T>
class Wiped {
public:
    Wiped() = default;
    explicit Wiped(T value) : value_(std::move(value)) {}
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() { wipe_text(value_); }

    T& operator*() { return value_; }
    T* operator->() { return &value_; }

private:
    T value_;
};

}  // namespace md::base
