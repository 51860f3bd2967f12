// SPDX-License-Identifier: Apache-2.0
#include "model/failure_cause.hpp"

#include <array>

namespace md::model {
namespace {

struct CauseWord {
    FailureCause cause;
    std::string_view word;
};
constexpr std::array<CauseWord, 17> cause_words = {
    {{FailureCause::none, ""},
     {FailureCause::answer_not_understood, "answer-not-understood"},
     {FailureCause::ca_file, "ca-file"},
     {FailureCause::ca_untrusted, "ca-untrusted"},
     {FailureCause::ca_other_host, "ca-other-host"},
     {FailureCause::ca_outdated, "ca-outdated"},
     {FailureCause::ca_no_address, "ca-no-address"},
     {FailureCause::ca_unreachable, "ca-unreachable"},
     {FailureCause::proxy, "proxy"},
     {FailureCause::no_directory, "no-directory"},
     {FailureCause::redirected, "redirected"},
     {FailureCause::disk_full, "disk-full"},
     {FailureCause::disk_read_only, "disk-read-only"},
     {FailureCause::store_rights, "store-rights"},
     {FailureCause::no_port, "no-port"},
     {FailureCause::certificate_expired, "certificate-expired"},
     {FailureCause::certificate_ahead, "certificate-ahead"}}};

}  // namespace

std::string_view word(FailureCause cause) {
    for (const CauseWord& entry : cause_words)
        if (entry.cause == cause)
            return entry.word;
    return {};
}

std::optional<FailureCause> failure_cause_named(std::string_view word) {
    for (const CauseWord& entry : cause_words)
        if (entry.word == word)
            return entry.cause;
    return std::nullopt;
}

}  // namespace md::model
