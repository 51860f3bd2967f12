// SPDX-License-Identifier: Apache-2.0
#include "config/account_binding.hpp"

#include "base/base64url.hpp"
#include "config/domain_settings.hpp"
#include "config/server_settings.hpp"
#include "json/members.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace md::config {
namespace {

using model::ExternalAccountBinding;
using model::Issuer;
using Binding = Checked<ExternalAccountBinding>;

constexpr std::string_view binding_directive = "MDExternalAccountBinding";
constexpr const char* binding_hint =
    "write MDExternalAccountBinding KEY-ID HMAC-KEY as the CA gave them, or the path of a file "
    "{\"kid\": \"KEY-ID\", \"hmac\": \"HMAC-KEY\"}";

bool is_white(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_encoded(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return base::is_base64url({&c, 1}) || c == '+' || c == '/' || c == '=' || is_white(c);
    });
}

// RFC 7518 §3.2: the key has the size of the hash, or more. Servers hold to that.
std::size_t least_size(model::MacAlgorithm algorithm) {
    static constexpr std::size_t sizes[] = {32, 48, 64};
    return sizes[static_cast<std::size_t>(algorithm)];
}

Binding parsed_binding(std::string_view kid, std::string_view hmac, std::string_view algorithm) {
    if (kid.empty())
        return Mistake{"the key ID of the external account is empty", binding_hint};
    auto key = parse_mac_key(hmac);
    if (!key)
        return key.error();
    auto known =
        algorithm.empty() ? model::MacAlgorithm::hs256 : model::mac_algorithm_named(algorithm);
    if (!known)
        return Mistake{
            "there is no such algorithm for an external account",
            "there are HS256, HS384 and HS512; a key with a blank in it is put in quotes"};
    return ExternalAccountBinding{std::string(kid), *key, *known};
}

// What a CA would refuse. The key itself is not told.
void warn_of_key(const ExternalAccountBinding& binding, const Position& at, Report& report) {
    const base::Bytes key = base::base64url_decode(binding.hmac).value_or(base::Bytes{});
    if (is_encoded(base::text_of(key)))
        report.warning(at, "the key of the external account is encoded twice",
                       "decode it from base64 once, and write that: Google's tool shows it so");
    else if (key.size() < least_size(binding.algorithm))
        report.warning(at,
                       "the key of the external account has " + std::to_string(key.size()) +
                           " octets, too few for " +
                           std::string(model::wire_name(binding.algorithm)),
                       "copy the whole key, or write the algorithm that the CA names behind it");
}

Binding read_binding(const std::string& text) {
    auto json = json::parse<json::Value>(text, {});
    if (!json)
        return Mistake{"it is not JSON: " + json.error().why, binding_hint};
    const json::Members members(*json);
    if (!members.is_object() || members.text("kid").empty() || members.text("hmac").empty())
        return Mistake{"it has no \"kid\" and \"hmac\"", binding_hint};
    return parsed_binding(members.text("kid"), members.text("hmac"), members.text("alg"));
}

}  // namespace

Checked<std::string> parse_mac_key(std::string_view text) {
    std::string key(text);
    std::erase_if(key, is_white);
    while (key.ends_with('='))
        key.pop_back();
    std::replace(key.begin(), key.end(), '+', '-');
    std::replace(key.begin(), key.end(), '/', '_');
    if (key.empty() || !base::base64url_decode(key))
        return Mistake{"the key of the external account is not base64", binding_hint};
    return Checked<std::string>(boost::system::in_place_value, std::move(key));
}

void set_account_binding(const Directive& directive, model::Settings& settings, Report& report) {
    const std::vector<Argument>& words = directive.arguments;
    set_unmet(settings, binding_directive, false, {}, {});
    settings.set_for_issuers(&Issuer::binding, {});
    settings.set_for_issuers(&Issuer::binding_file, {});
    if (words.size() == 1) {
        if (!same_word(words[0].text, "none"))
            settings.set_for_issuers(&Issuer::binding_file, words[0].text);
        return;
    }
    auto binding =
        parsed_binding(words[0].text, words[1].text, words.size() > 2 ? words[2].text : "");
    if (!binding)
        return report.error(words[1].at, binding.error());
    warn_of_key(*binding, words[1].at, report);
    settings.set_for_issuers(&Issuer::binding, std::optional(*binding));
}

std::string account_binding_text(const model::Settings& settings) {
    const Issuer& issuer = settings.common();
    if (!issuer.binding_file.empty())
        return as_word(issuer.binding_file);
    return issuer.binding ? as_word(issuer.binding->kid) + " ***" : "none";
}

void read_account_binding(model::Settings& settings, const SourceReader& source,
                          const std::string& folder) {
    for (Issuer& issuer : settings.issuers) {
        if (issuer.binding_file.empty() || issuer.binding)
            continue;
        issuer.binding_file = path_below(folder, issuer.binding_file);
        const ReadOutcome file = source.read(issuer.binding_file);
        Binding binding =
            file.found ? read_binding(file.text) : Binding(Mistake{file.reason, binding_hint});
        if (binding)
            issuer.binding = *binding;
        else
            set_unmet(settings, binding_directive, true,
                      issuer.binding_file + ": " + binding.error().what, binding.error().hint);
    }
}

}  // namespace md::config
