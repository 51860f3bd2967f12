// SPDX-License-Identifier: Apache-2.0
// Structured log lines: a fixed phrase plus key=value, `domain=` first. Values are escaped, so
// nothing a stranger sent can forge a line. Secrets never come here: md::base::Secret has no text
// form.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace md::log {

enum class Level { trace, debug, info, warn, error };

struct Field {
    std::string_view key;
    std::string value;
};

inline Field kv(std::string_view key, std::string_view value) {
    return {key, std::string(value)};
}
template <typename Number>
requires std::is_arithmetic_v<Number> Field kv(std::string_view key, Number value) {
    return {key, std::to_string(value)};
}

// error: a human must act. warn: an attempt failed (with retry_at=). info: a domain changed state.
// debug: each exchange. trace: bodies, masked.
void event(Level level, std::string_view phrase, std::initializer_list<Field> fields = {});

template <typename... Fields>
void error(std::string_view phrase, const Fields&... fields) {
    event(Level::error, phrase, {fields...});
}
template <typename... Fields>
void warn(std::string_view phrase, const Fields&... fields) {
    event(Level::warn, phrase, {fields...});
}
template <typename... Fields>
void info(std::string_view phrase, const Fields&... fields) {
    event(Level::info, phrase, {fields...});
}
template <typename... Fields>
void debug(std::string_view phrase, const Fields&... fields) {
    event(Level::debug, phrase, {fields...});
}

bool enabled(Level level);
void set_level(Level level);

// Sends all lines to stderr: with time and level for a terminal, with a syslog priority "<N>" for
// journald when under_systemd.
void start(Level level, bool under_systemd);

}  // namespace md::log
