// SPDX-License-Identifier: Apache-2.0
// Values that thousands of MDs hold the same of, and values that few of them hold, in few octets.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace md::model {

// A value that copies share until one of them is changed. One thread at a time for all copies.
template <typename T>
class Shared {
public:
    Shared() : value_(initial()) {}
    template <typename Value>
    requires(std::convertible_to<Value, T> && !std::same_as<std::remove_cvref_t<Value>, Shared>)
        Shared(Value&& value)
        : value_(std::make_shared<T>(std::forward<Value>(value))) {}

    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    // To be changed: the other copies keep what they have.
    T& edit() {
        if (value_.use_count() > 1)
            value_ = std::make_shared<T>(*value_);
        return *value_;
    }
    friend bool operator==(const Shared& one, const Shared& other) {
        return one.value_ == other.value_ || *one == *other;
    }

private:
    static const std::shared_ptr<T>& initial() {
        static const auto value = std::make_shared<T>();
        return value;
    }
    std::shared_ptr<T> value_;
};

// Makes equal values one, of the few different ones that were seen last.
template <typename T>
class Sharing {
public:
    Shared<T> operator()(Shared<T> value) {
        auto known = std::find(recent_.begin(), recent_.end(), value);
        if (known != recent_.end())
            return *known;
        if (recent_.size() < most)
            recent_.push_back(value);
        else
            recent_[next_++ % most] = value;
        return value;
    }

private:
    static constexpr std::size_t most = 8;
    std::vector<Shared<T>> recent_;
    std::size_t next_ = 0;
};

// An optional value that takes the room of a pointer where there is none.
template <typename T>
class Boxed {
public:
    Boxed() = default;
    Boxed(std::nullopt_t) {}
    Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}
    Boxed(std::optional<T> value) {
        if (value)
            emplace(std::move(*value));
    }
    Boxed(const Boxed& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
    Boxed(Boxed&&) noexcept = default;
    Boxed& operator=(Boxed other) noexcept {
        value_ = std::move(other.value_);
        return *this;
    }
    ~Boxed() = default;

    explicit operator bool() const { return value_ != nullptr; }
    bool has_value() const { return value_ != nullptr; }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return value_.get(); }
    const T* operator->() const { return value_.get(); }
    T value_or(T other) const { return value_ ? *value_ : std::move(other); }
    T& emplace(T value = {}) {
        value_ = std::make_unique<T>(std::move(value));
        return *value_;
    }
    void reset() { value_.reset(); }

    friend bool operator==(const Boxed& one, const Boxed& other) {
        return one && other ? *one == *other : one.has_value() == other.has_value();
    }

private:
    std::unique_ptr<T> value_;
};

}  // namespace md::model
