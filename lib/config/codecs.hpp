// SPDX-License-Identifier: Apache-2.0
// Settings that are one word: how each kind of word is read and how it is written, told once. A row
// of the schema binds a kind to a member: .domain = one_word<&Settings::must_staple,
// codec::on_off>.
#pragma once

#include "config/document.hpp"
#include "config/values.hpp"
#include "model/desired_state.hpp"

#include <string>
#include <string_view>
#include <type_traits>

namespace md::config {

template <typename Value>
struct Codec {
    Checked<Value> (*parse)(std::string_view word);
    std::string (*text)(const Value& value);  // as it is written in the configuration
};

// How a directive sets what it is about, and how that is shown. Owner: of the daemon, or of an MD.
template <typename Owner>
struct Setting {
    // A mistake goes to the report and leaves the setting as it was.
    using Set = void (*)(const Directive&, Owner&, Report&);

    Set set = nullptr;
    // For a further line in the same place, where it adds to the former one; null: it replaces it.
    Set add = nullptr;
    // The value as one writes it behind the name; "" when it is not set. What is given by several
    // lines is separated by '\n'.
    std::string (*show)(const Owner&) = nullptr;
};

template <typename Member>
struct MemberType;
template <typename Value, typename Struct>
struct MemberType<Value Struct::*> {
    // What is said of an MD's CAs is said in its settings.
    static constexpr bool is_of_issuers = std::is_same_v<Struct, model::Issuer>;
    using Owner = std::conditional_t<is_of_issuers, model::Settings, Struct>;
};
template <auto member>
using MemberOf = MemberType<decltype(member)>;

template <auto member, const auto& codec>
void set_word(const Directive& directive, typename MemberOf<member>::Owner& owner, Report& report) {
    const Argument& argument = directive.arguments[0];
    auto value = codec.parse(argument.text);
    if (!value)
        report.error(argument.at, value.error());
    else if constexpr (MemberOf<member>::is_of_issuers)
        owner.set_for_issuers(member, *value);
    else
        owner.*member = *value;
}

template <auto member, const auto& codec>
std::string word_text(const typename MemberOf<member>::Owner& owner) {
    if constexpr (MemberOf<member>::is_of_issuers)
        return codec.text(owner.common().*member);
    else
        return codec.text(owner.*member);
}

template <auto member, const auto& codec>
inline constexpr Setting<typename MemberOf<member>::Owner> one_word = {
    set_word<member, codec>, nullptr, word_text<member, codec>};

Checked<model::DriveMode> parse_drive_mode(std::string_view word);
Checked<model::RequireHttps> parse_require_https(std::string_view word);
Checked<model::MemberMode> parse_member_mode(std::string_view word);
Checked<std::string> parse_agreement(std::string_view word);
Checked<std::string> parse_name(std::string_view word);
Checked<std::string> parse_ca_file(std::string_view word);
Checked<std::string> parse_absolute_folder(std::string_view word);
Checked<std::string> parse_folder(std::string_view word);
Checked<std::string> parse_account_name(std::string_view word);
Checked<std::string> parse_health_path(std::string_view word);
Checked<std::chrono::seconds> parse_delay(std::string_view word);
Checked<std::chrono::seconds> parse_lifetime(std::string_view word);
Checked<unsigned> parse_parallel(std::string_view word);
Checked<unsigned> parse_failures(std::string_view word);

std::string on_off_text(const bool& on);
std::string window_text(const model::Window& window);
std::string drive_mode_text(const model::DriveMode& mode);
std::string require_https_text(const model::RequireHttps& mode);
std::string member_mode_text(const model::MemberMode& mode);
std::string word_or_nothing(const std::string& word);
std::string word_or_none(const std::string& word);
std::string delay_text(const std::chrono::seconds& delay);
std::string lifetime_text(const std::chrono::seconds& lifetime);
std::string number_text(const unsigned& number);

namespace codec {
inline constexpr Codec<bool> on_off = {parse_on_off, on_off_text};
inline constexpr Codec<model::Window> window = {parse_window, window_text};
inline constexpr Codec<model::DriveMode> drive_mode = {parse_drive_mode, drive_mode_text};
inline constexpr Codec<model::RequireHttps> https_mode = {parse_require_https, require_https_text};
inline constexpr Codec<model::MemberMode> member_mode = {parse_member_mode, member_mode_text};
inline constexpr Codec<std::string> agreement = {parse_agreement, word_or_nothing};
inline constexpr Codec<std::string> name = {parse_name, word_or_none};
inline constexpr Codec<std::string> ca_file = {parse_ca_file, word_or_none};
inline constexpr Codec<std::string> absolute_folder = {parse_absolute_folder, word_or_nothing};
inline constexpr Codec<std::string> folder = {parse_folder, word_or_nothing};
inline constexpr Codec<std::string> account_name = {parse_account_name, word_or_nothing};
inline constexpr Codec<std::string> health_path = {parse_health_path, word_or_none};
inline constexpr Codec<std::chrono::seconds> delay = {parse_delay, delay_text};
inline constexpr Codec<std::chrono::seconds> lifetime = {parse_lifetime, lifetime_text};
inline constexpr Codec<unsigned> parallel = {parse_parallel, number_text};
inline constexpr Codec<unsigned> failures = {parse_failures, number_text};
}  // namespace codec

}  // namespace md::config
