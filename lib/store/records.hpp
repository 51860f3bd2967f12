// SPDX-License-Identifier: Apache-2.0
// The store's records, JSON text <-> value, in the forms of mod_md's store version 3. Pure. Reading
// is lenient where mod_md is: what is missing is a default, an unknown key is no error. A text that
// is no JSON object, or has a value of a wrong type, is Damage, never an exception.
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "model/attempts.hpp"
#include "model/certificate_state.hpp"
#include "model/delivery.hpp"
#include "model/log_entry.hpp"
#include "model/managed_domain.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::store {

// Why a record could not be read: "it is not JSON", "'errors' is not a number".
struct Damage {
    std::string why;
    bool operator==(const Damage&) const = default;
};
// What .value() throws when there is none.
[[noreturn]] inline void throw_exception_from_error(const Damage& damage,
                                                    const boost::source_location&) {
    throw base::Error("the record is damaged: " + damage.why);
}
template <typename T>
using Parsed = boost::system::result<T, Damage>;

// md_store.json. The version is what the file says: 1.0 when it says nothing usable.
struct StoreHeader {
    double version = 3.0;
    base::Secret key;  // 48 octets: the passphrase of account and staged keys
};
inline constexpr double store_version = 3.0;
inline constexpr std::size_t store_key_size = 48;
Parsed<StoreHeader> parse_header(std::string_view text);
std::string to_text(const StoreHeader& header);

// md.json. For mdcertd the configuration decides; what it reads from here is the account, the
// contacts and the CA of the last issuance, and the names by which a renamed MD is recognised.
struct MdRecord {
    enum class State {
        unknown = 0,
        incomplete = 1,
        complete = 2,
        expired = 3,
        error = 4,
        missing_information = 5
    };
    std::string name;
    std::vector<std::string> domains;   // DNS names, lower case; the first is the name
    std::vector<std::string> contacts;  // URIs
    std::optional<model::MemberMode> transitive;
    std::string ca_account;  // name of the folder below accounts/; "" = none yet
    std::string ca_proto = "ACME";
    std::string ca_url;                      // the CA of the last issuance
    std::vector<std::string> ca_urls;        // the configured ones; missing: {ca_url}
    std::string ca_agreement;                // "", "accepted" or a URL
    std::vector<std::string> ca_challenges;  // wire names, only when configured
    std::vector<model::KeySpec> keys;        // empty: the default
    State state = State::unknown;
    std::string state_descr;
    model::DriveMode renew_mode = model::DriveMode::automatic;
    std::optional<model::Window> renew_window, warn_window;
    model::RequireHttps require_https = model::RequireHttps::off;
    bool must_staple = false;
    std::string profile;  // MDProfile; "" = none
    std::optional<bool> profile_mandatory{};
    // The members mdcertd does not know, as read (a JSON object, or ""): they are written again.
    std::string others;

    bool operator==(const MdRecord&) const = default;
};
Parsed<MdRecord> parse_md(std::string_view text);
std::string to_text(const MdRecord& record);
// What the configuration says of an MD, as its record; state, account and ca_url are the caller's.
MdRecord md_record(const model::ManagedDomain& wanted);

// account.json.
enum class AccountStatus { unknown, valid, deactivated, revoked };  // unknown: absent in the file
struct AccountRecord {
    AccountStatus status = AccountStatus::unknown;
    std::string url;     // required; "" with status unknown: its registration was begun
    std::string ca_url;  // the directory; required, compared as text
    std::vector<std::string> contacts;
    std::string orders;
    std::string agreement;
    // In clear as mod_md has it, hence the file is 0600.
    std::optional<model::ExternalAccountBinding> eab;

    bool operator==(const AccountRecord&) const = default;
};
Parsed<AccountRecord> parse_account(std::string_view text);
std::string to_text(const AccountRecord& record);

// order.json. The status is the CA's word as last seen ("" before the first); acme judges it.
struct OrderRecord {
    std::string url;
    std::string status;
    std::vector<std::string> authorizations;
    std::vector<std::string> challenge_setups;  // "http-01:NAME", "dns-01:NAME TXT"
    std::string finalize;
    std::string certificate;

    bool operator==(const OrderRecord&) const = default;
};
Parsed<OrderRecord> parse_order(std::string_view text);
std::string to_text(const OrderRecord& record);

// job.json of staging/NAME. What mod_md has no place for lies in a member "mdcertd", which it
// ignores.
struct StagedJob {
    model::Attempts attempts;
    model::AttemptMessages told;

    bool operator==(const StagedJob&) const = default;
};
Parsed<StagedJob> parse_staged_job(std::string_view text);
// job.json of domains/NAME. The CA's URL is not in it, but in md.json.
struct LiveJob {
    model::CertificateState state;
    model::Delivery delivery;  // but for what was told of attempts

    bool operator==(const LiveJob&) const = default;
};
Parsed<LiveJob> parse_live_job(std::string_view text);
// What happened since the record was written last, oldest first.
using News = std::vector<model::LogEntry>;
// With the news before the log of the former text, which may be anything, "" included.
std::string job_text(const std::string& name, const StagedJob& job, const News& news = {},
                     std::string_view former = {});
std::string job_text(const std::string& name, const LiveJob& job, const News& news = {},
                     std::string_view former = {});
// Its log alone; empty where it cannot be read.
model::Log parse_log(std::string_view job_text);

}  // namespace md::store
