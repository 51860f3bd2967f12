// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include "base/log.hpp"
#include "model/stage.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace md {
namespace {

struct StageText {
    std::string_view stage, text;
};
constexpr std::array<StageText, 8> stage_texts = {
    {{model::stage::account, "asking the CA"},
     {model::stage::order, "ordering the certificate"},
     {model::stage::authorization, "asking what is to be proved"},
     {model::stage::challenge, "answering the challenges"},
     {model::stage::finalize, "sending the certificate request"},
     {model::stage::certificate, "waiting for the certificate"},
     {model::stage::activate, "installing the certificate"},
     {model::stage::installed, "done, the certificate is installed"}}};

void print_stage(const std::string& domain, std::string_view stage) {
    const std::string text = stage_text(stage);
    if (!text.empty())
        std::printf("%s: %s\n", domain.c_str(), text.c_str());
    std::fflush(stdout);
}

bool on_terminal() {
    return ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

// A person who asked for more than the default sees all of it, between the lines of progress.
log::Level log_level_of(model::LogLevel level) {
    if (level == model::LogLevel::info && on_terminal())
        return log::Level::warn;
    return static_cast<log::Level>(level);  // both are trace, debug, info, warn, error
}

}  // namespace

std::string stage_text(std::string_view stage) {
    auto found = std::find_if(stage_texts.begin(), stage_texts.end(),
                              [&](const StageText& entry) { return entry.stage == stage; });
    return found == stage_texts.end() ? "" : std::string(found->text);
}

std::function<void(const std::string&, std::string_view)> start_telling(model::LogLevel level) {
    bool terminal = on_terminal();
    bool under_systemd = std::getenv("JOURNAL_STREAM") != nullptr && !terminal;
    log::start(log_level_of(level), under_systemd);
    if (!terminal)
        return [](const std::string&, std::string_view) {};
    return print_stage;
}

void set_log_level(model::LogLevel level) {
    log::set_level(log_level_of(level));
}

}  // namespace md
