// SPDX-License-Identifier: Apache-2.0
#include "model/failure.hpp"

#include <array>

namespace md::model {
namespace {

struct ClassWord {
    FailureClass failure_class;
    std::string_view word;
};
constexpr std::array<ClassWord, 3> class_words = {{{FailureClass::passing, "passing"},
                                                   {FailureClass::budget, "budget"},
                                                   {FailureClass::permanent, "permanent"}}};

}  // namespace

std::string_view word(FailureClass failure_class) {
    for (const ClassWord& entry : class_words)
        if (entry.failure_class == failure_class)
            return entry.word;
    return {};
}

std::optional<FailureClass> failure_class_named(std::string_view word) {
    for (const ClassWord& entry : class_words)
        if (entry.word == word)
            return entry.failure_class;
    return std::nullopt;
}

}  // namespace md::model
