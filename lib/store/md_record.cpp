// SPDX-License-Identifier: Apache-2.0
// md.json. A word or number this version does not know reads as the default: the configuration
// decides, and a newer writer's word must not make the MD look damaged.
#include "base/ascii.hpp"
#include "store/json_record.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace md::store {
namespace {

using model::DriveMode;
using model::KeySpec;
using model::MemberMode;
using model::RequireHttps;
using model::Window;

constexpr std::array<const char*, 15> known_members = {
    "name",        "domains",       "contacts",    "transitive", "ca",
    "privkey",     "state",         "state-descr", "renew-mode", "renew-window",
    "warn-window", "require-https", "must-staple", "profile",    "profile-mandatory"};
constexpr std::array<const char*, 6> known_ca_members = {"account", "proto",     "url",
                                                         "urls",    "agreement", "challenges"};

// "33%", "14d", "12h", "30mi", "30s", "500ms"; anything else is unset.
std::optional<Window> window_named(const std::string& text) {
    int count = 0;
    const char* end = text.data() + text.size();
    auto [unit_begin, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} || count < 0)
        return std::nullopt;
    std::string_view unit(unit_begin, static_cast<std::size_t>(end - unit_begin));
    if (unit == "%")
        return count < 100 ? std::optional(Window::percent(count)) : std::nullopt;
    if (unit == "d")
        return Window::duration(std::chrono::hours{24} * count);
    if (unit == "h")
        return Window::duration(std::chrono::hours{count});
    if (unit == "mi")
        return Window::duration(std::chrono::minutes{count});
    if (unit == "s")
        return Window::duration(std::chrono::seconds{count});
    if (unit == "ms")
        return Window::duration(std::chrono::seconds{count / 1000});
    return std::nullopt;
}

void read_key(const Json& json, std::vector<KeySpec>& keys, Damage& damage) {
    if (!json.is_object()) {
        damage.why = "'privkey' is not an object";
        return;
    }
    Members key(json, &damage.why);
    std::string type = base::lower(key.text("type"));
    if (type == "rsa") {
        unsigned bits = key.count("bits");
        keys.push_back(KeySpec::rsa(bits == 0 ? 2048 : bits));
    } else if (type == "ec") {
        keys.push_back(KeySpec::ec(base::lower(key.text("curve"))));
    }
}

std::vector<KeySpec> read_keys(const Members& md, Damage& damage) {
    std::vector<KeySpec> keys;
    const Json* member = md.find("privkey");
    if (member == nullptr)
        return keys;
    if (!member->is_array())
        read_key(*member, keys, damage);
    else
        for (const Json& element : *member)
            read_key(element, keys, damage);
    return keys;
}

Json key_json(const KeySpec& key) {
    Json json;
    if (key.type == KeySpec::Type::rsa) {
        json["type"] = "RSA";
        json["bits"] = key.bits;
        return json;
    }
    json["type"] = "EC";
    // "P-256" where the file's name allows it: OpenSSL knows the NIST curves in capitals only.
    std::string canonical = key.canonical_curve();
    json["curve"] = base::lower(canonical) == key.curve ? canonical : key.curve;
    return json;
}

void read_ca(const Members& ca, MdRecord& record) {
    record.ca_account = ca.text("account");
    if (std::string proto = ca.text("proto"); !proto.empty())
        record.ca_proto = proto;
    record.ca_url = ca.text("url");
    record.ca_urls = ca.texts("urls");
    if (record.ca_urls.empty() && !record.ca_url.empty())
        record.ca_urls = {record.ca_url};
    record.ca_agreement = ca.text("agreement");
    record.ca_challenges = ca.texts("challenges");
}

Json ca_json(const MdRecord& record) {
    Json ca;
    put(ca, "account", record.ca_account);
    put(ca, "proto", record.ca_proto);
    put(ca, "url", record.ca_url);
    put(ca, "urls", record.ca_urls);
    put(ca, "agreement", record.ca_agreement);
    put(ca, "challenges", record.ca_challenges);
    return ca;
}

std::string unknown_members(Json json) {
    if (auto ca = json.find("ca"); ca != json.end() && ca->is_object()) {
        for (const char* key : known_ca_members)
            ca->erase(key);
        Json rest = std::move(*ca);
        for (const char* key : known_members)
            json.erase(key);
        if (!rest.empty())
            json["ca"] = std::move(rest);
    } else {
        for (const char* key : known_members)
            json.erase(key);
    }
    return json.empty() ? std::string() : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_unknown_members(Json& json, const std::string& others) {
    auto parsed = parse_object(others);
    if (!parsed)
        return;
    for (const auto& [key, value] : parsed->items()) {
        if (key == "ca" && value.is_object())
            json["ca"].update(value);
        else if (!json.contains(key))
            json[key] = value;
    }
}

template <typename Enum>
Enum within(std::optional<long long> number, Enum last, Enum otherwise) {
    bool known = number && *number >= 0 && *number <= static_cast<long long>(last);
    return known ? static_cast<Enum>(*number) : otherwise;
}

}  // namespace

Parsed<MdRecord> parse_md(std::string_view text) {
    auto json = parse_object(text);
    if (!json)
        return json.error();
    Damage damage;
    Members md(*json, &damage.why);
    MdRecord record;
    record.name = md.text("name");
    record.domains = md.texts("domains");
    record.contacts = md.texts("contacts");
    auto transitive = md.number("transitive");
    if (transitive == 0 || transitive == 1)
        record.transitive = static_cast<MemberMode>(*transitive);
    read_ca(md.object("ca"), record);
    record.keys = read_keys(md, damage);
    record.state =
        within(md.number("state"), MdRecord::State::missing_information, MdRecord::State::unknown);
    record.state_descr = md.text("state-descr");
    record.renew_mode = within(md.number("renew-mode"), DriveMode::always, DriveMode::automatic);
    // Version 1.0 wrote a number of seconds, which mod_md reads as unset.
    if (const Json* window = md.find("renew-window"); window != nullptr && window->is_string())
        record.renew_window = window_named(window->get<std::string>());
    if (const Json* window = md.find("warn-window"); window != nullptr && window->is_string())
        record.warn_window = window_named(window->get<std::string>());
    std::string require_https = md.text("require-https");
    if (require_https == "temporary")
        record.require_https = RequireHttps::temporary;
    else if (require_https == "permanent")
        record.require_https = RequireHttps::permanent;
    record.must_staple = md.flag("must-staple");
    record.profile = md.text("profile");
    record.profile_mandatory = md.optional_flag("profile-mandatory");
    if (!damage.why.empty())
        return damage;
    record.others = unknown_members(std::move(*json));
    return record;
}

std::string to_text(const MdRecord& record) {
    Json json;
    json["name"] = record.name;
    json["domains"] = record.domains;
    put(json, "contacts", record.contacts);
    if (record.transitive)
        json["transitive"] = static_cast<int>(*record.transitive);
    json["ca"] = ca_json(record);
    if (record.keys.size() == 1)
        json["privkey"] = key_json(record.keys.front());
    else
        for (const KeySpec& key : record.keys)
            json["privkey"].push_back(key_json(key));
    json["state"] = static_cast<int>(record.state);
    put(json, "state-descr", record.state_descr);
    json["renew-mode"] = static_cast<int>(record.renew_mode);
    if (record.renew_window)
        json["renew-window"] = record.renew_window->text();
    if (record.warn_window)
        json["warn-window"] = record.warn_window->text();
    if (record.require_https != RequireHttps::off)
        json["require-https"] =
            record.require_https == RequireHttps::temporary ? "temporary" : "permanent";
    json["must-staple"] = record.must_staple;
    put(json, "profile", record.profile);
    if (record.profile_mandatory)
        json["profile-mandatory"] = *record.profile_mandatory;
    if (!record.others.empty())
        add_unknown_members(json, record.others);
    return json_text(json);
}

MdRecord md_record(const model::ManagedDomain& wanted) {
    const model::Settings& settings = *wanted.settings;
    MdRecord record;
    record.name = wanted.name();
    for (const model::Member& member : wanted.members)
        record.domains.push_back(member.name.text());
    record.contacts = settings.common().contacts;
    record.transitive = settings.members;
    record.ca_urls = settings.directory_urls();
    record.ca_agreement = settings.common().agreement;
    for (model::ChallengeType type : settings.challenges)
        record.ca_challenges.emplace_back(model::wire_name(type));
    record.keys = settings.keys;
    record.renew_mode = settings.drive_mode;
    record.renew_window = settings.renew_window;
    record.warn_window = settings.warn_window;
    record.require_https = settings.require_https;
    record.must_staple = settings.must_staple;
    record.profile = settings.common().profile;
    if (!record.profile.empty())
        record.profile_mandatory = settings.common().profile_mandatory;
    return record;
}

}  // namespace md::store
