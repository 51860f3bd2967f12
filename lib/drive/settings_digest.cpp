// SPDX-License-Identifier: Apache-2.0
#include "drive/settings_digest.hpp"

#include "crypto/digest.hpp"
#include "model/known_authorities.hpp"

#include <algorithm>
#include <string>
#include <sys/stat.h>

namespace md::drive {
namespace {

using std::chrono::sys_seconds;

constexpr std::chrono::hours between_early_attempts{1};

// Each part with its length, lest two of them look like others.
class Text {
public:
    Text& add(std::string_view part) {
        ((text_ += std::to_string(part.size())) += ':') += part;
        return *this;
    }
    Text& add(std::uint64_t number) { return add(std::to_string(number)); }
    Text& add(const std::vector<std::string>& parts) {
        add(parts.size());
        for (const std::string& part : parts)
            add(part);
        return *this;
    }
    std::uint64_t digest(base::BytesView key) const {
        base::Bytes octets = crypto::hmac_sha256(key, base::bytes_of(text_));
        std::uint64_t digest = 0;
        for (std::size_t i = 0; i < sizeof digest; ++i)
            digest = digest << 8 | octets[i];
        return std::max<std::uint64_t>(digest, 1);
    }

private:
    std::string text_;
};

void add_certificate(Text& text, const model::ManagedDomain& wanted) {
    for (const model::Identifier& name : wanted.certificate_names())
        text.add(name.text());
    const model::Settings& settings = *wanted.settings;
    for (const model::KeySpec& key : settings.keys)
        text.add(key.name()).add(key.bits);
    text.add(settings.must_staple).add(settings.directory_urls());
}

// A file that was corrected is another one, as far as its size and time tell.
void add_file(Text& text, const std::string& path) {
    struct stat status {};
    text.add(path);
    if (path.empty() || ::stat(path.c_str(), &status) != 0)
        return;
    text.add(static_cast<std::uint64_t>(status.st_size))
        .add(static_cast<std::uint64_t>(status.st_mtim.tv_sec))
        .add(static_cast<std::uint64_t>(status.st_mtim.tv_nsec))
        .add(status.st_mode);
}

void add_issuer(Text& text, const model::Issuer& issuer) {
    add_file(text, issuer.ca_certificate_file);
    text.add(issuer.http_proxy).add(issuer.agreement).add(issuer.contacts);
    if (!issuer.profile.empty())
        text.add(issuer.profile).add(issuer.profile_mandatory);
    if (issuer.binding)
        text.add(issuer.binding->kid)
            .add(issuer.binding->hmac)
            .add(model::wire_name(issuer.binding->algorithm));
}

// When the next attempt begins, because of settings that are others now; `next`: because of the
// failure.
sys_seconds early_start(const model::Attempts& attempts, const model::ManagedDomain& wanted,
                        sys_seconds next, sys_seconds now) {
    sys_seconds start = now;
    if (attempts.early_at && *attempts.early_at <= now)
        start = std::max(start, *attempts.early_at + between_early_attempts);
    const auto& asked_for = attempts.last_failure->retry_after;
    bool same_ca = model::same_authority(*attempts.ca_url, wanted.settings->common().directory_url);
    return asked_for && same_ca ? next : std::min(start, next);
}

}  // namespace

std::uint64_t attempt_digest(const model::ServerSettings& server,
                             const model::ManagedDomain& wanted, const base::Secret& key) {
    const model::Settings& settings = *wanted.settings;
    Text text;
    add_certificate(text, wanted);
    add_issuer(text, settings.common());
    for (const model::Issuer& issuer : settings.issuers) {
        model::Issuer alike = settings.common();
        alike.directory_url = issuer.directory_url;
        if (issuer != alike)
            add_issuer(text, issuer);
    }
    if (settings.certificate_lifetime.count() > 0)
        text.add(static_cast<std::uint64_t>(settings.certificate_lifetime.count()));
    for (model::ChallengeType type : settings.challenges)
        text.add(model::wire_name(type));
    const model::PortMap& map = server.port_map;
    text.add(map.http.value_or(0)).add(map.http_socket).add(map.https.value_or(0));
    for (const model::Listen& listen : server.listens)
        text.add(listen.address).add(listen.port);
    text.add(server.message_command).add(server.user).add(server.group);
    text.add(static_cast<std::uint64_t>(server.retry_delay.count()));
    return text.digest(key.bytes());
}

std::uint64_t certificate_digest(const model::ManagedDomain& wanted) {
    Text text;
    add_certificate(text, wanted);
    return text.digest({});
}

void apply_settings(model::ObservedDomain& held, const model::ServerSettings& server,
                    const model::ManagedDomain& wanted, const base::Secret& key, sys_seconds now,
                    bool changed) {
    std::uint64_t made_by = held.state.settings;
    held.asked_otherwise = made_by != 0 && made_by != certificate_digest(wanted);
    if (!held.attempts || !held.attempts->last_failure || !held.attempts->next_run ||
        *held.attempts->next_run <= now)
        return;
    model::Attempts& attempts = *held.attempts;
    if (std::uint64_t known = attempts.last_failure->settings; known != 0)
        changed = known != attempt_digest(server, wanted, key);
    if (!changed)
        return;
    sys_seconds start = early_start(attempts, wanted, *attempts.next_run, now);
    held.is_early |= start < *attempts.next_run;
    attempts.next_run = start;
}

}  // namespace md::drive
