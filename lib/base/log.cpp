// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include "base/hex.hpp"
#include "base/printable.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace md::log {
namespace {

spdlog::level::level_enum level_of(Level level) {
    switch (level) {
        case Level::trace:
            return spdlog::level::trace;
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

// The "<N>" prefix of sd-daemon(3), which journald turns into a priority.
class SyslogPriority : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& out) override {
        std::string_view prefix = message.level >= spdlog::level::err    ? "<3>"
                                  : message.level == spdlog::level::warn ? "<4>"
                                  : message.level == spdlog::level::info ? "<6>"
                                                                         : "<7>";
        out.append(prefix.data(), prefix.data() + prefix.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<SyslogPriority>();
    }
};

bool is_plain(std::string_view value) {
    if (value.empty())
        return false;
    for (char c : value)
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 127)
            return false;
    return true;
}

void append_escaped(std::string& line, std::string_view value) {
    line += '"';
    while (!value.empty()) {
        char c = value[0];
        auto code = static_cast<unsigned char>(c);
        std::size_t length = base::leading_printable(value);
        if (c == '"' || c == '\\')
            (line += '\\') += c;
        else if (length > 0)
            line += value.substr(0, length);
        else if (c == '\n')
            line += "\\n";
        else
            ((line += "\\x") += base::hex_digits[code >> 4]) += base::hex_digits[code & 15];
        value.remove_prefix(length > 0 ? length : 1);
    }
    line += '"';
}

}  // namespace

void event(Level level, std::string_view phrase, std::initializer_list<Field> fields) {
    if (!enabled(level))
        return;
    std::string line(phrase);
    for (const Field& field : fields) {
        ((line += ' ') += field.key) += '=';
        if (is_plain(field.value))
            line += field.value;
        else
            append_escaped(line, field.value);
    }
    spdlog::default_logger_raw()->log(level_of(level), line);
}

bool enabled(Level level) {
    return spdlog::default_logger_raw()->should_log(level_of(level));
}

void set_level(Level level) {
    spdlog::set_level(level_of(level));
}

void start(Level level, bool under_systemd) {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    auto logger = std::make_shared<spdlog::logger>("mdcertd", std::move(sink));
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<SyslogPriority>('*');
    formatter->set_pattern(under_systemd ? "%*%v" : "%Y-%m-%d %H:%M:%S %l: %v");
    logger->set_formatter(std::move(formatter));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
    set_level(level);
}

}  // namespace md::log
