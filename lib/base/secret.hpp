// SPDX-License-Identifier: Apache-2.0
// Bytes that wipe themselves: passphrases, plain private keys, HMAC keys. There is no operator<<,
// on purpose, and no implicit way to a string.
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace md::base {

// Overwrites memory in a way the compiler may not leave out.
void wipe(void* memory, std::size_t size) noexcept;

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view value) : value_(value) {}
    explicit Secret(BytesView value) : value_(text_of(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.clear(); }
    Secret& operator=(Secret other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Secret() { clear(); }

    // The one door to the content; whoever opens it does not copy it into a log or an error.
    std::string_view reveal() const { return value_; }
    BytesView bytes() const { return bytes_of(value_); }
    bool empty() const { return value_.empty(); }
    std::size_t size() const { return value_.size(); }

private:
    void clear() noexcept {
        wipe(value_.data(), value_.capacity());
        value_.clear();
    }

    std::string value_;
};

}  // namespace md::base
