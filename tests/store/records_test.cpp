// SPDX-License-Identifier: Apache-2.0
// The records: mod_md's files are understood, ours come back as they went, garbage is a value.
#include "store/records.hpp"

#include "base/base64url.hpp"
#include "store/index_record.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <random>

using namespace md;
using namespace md::store;
using namespace std::chrono_literals;
using Json = nlohmann::json;
using Texts = std::vector<std::string>;
using model::KeySpec;
using model::sys_seconds;

namespace {

constexpr sys_seconds noon{1'795'444'097s};  // Mon, 23 Nov 2026 14:28:17 GMT

const std::string mod_md_record = R"({
  "name": "shop.example", "domains": ["shop.example", "www.shop.example"],
  "contacts": ["mailto:ops@shop.example"], "transitive": 1,
  "ca": {"account": "ACME-.letsencrypt.org-0000", "proto": "ACME",
         "url": "https://acme-v02.api.letsencrypt.org/directory",
         "urls": ["https://acme-v02.api.letsencrypt.org/directory"], "agreement": "accepted"},
  "privkey": {"type": "EC", "curve": "secp384r1"}, "state": 2, "renew-mode": 1,
  "renew-window": "33%", "warn-window": "10%", "must-staple": false,
  "proto": {"acme-tls/1": []}, "stapling": false, "profile-mandatory": false,
  "ari-renewals": true})";

StagedJob failed_job() {
    StagedJob job;
    job.attempts.errors = 3;
    job.attempts.next_run = noon + 1h;
    job.attempts.last_run = noon;
    job.attempts.started = {noon - 3h, noon};
    job.attempts.last_failure = model::Failure{"challenge",
                                               "urn:ietf:params:acme:error:dns",
                                               "no such name: a.org",
                                               model::FailureClass::budget,
                                               noon,
                                               model::FailureCause::no_port,
                                               0xfedcba9876543210,
                                               noon + 2h};
    job.attempts.early_at = noon - 2h;
    job.attempts.ca_url = "https://ca.example/dir";
    job.attempts.issuers["https://other.example/dir"].errors = 1;
    job.attempts.failed_at("https://ca.example/dir", *job.attempts.last_failure);
    job.told = {noon - 1h, noon - 1min};
    return job;
}

// Notified of, told by MDMessageCmd, and looked at, each without success.
LiveJob untold_job() {
    LiveJob job;
    model::CertificateState& state = job.state;
    state.recorded = true;
    state.last_run = noon;
    state.valid_from = noon - 1h;
    state.started = {noon - 1h, noon};
    state.renewals = {noon - 3h, noon - 2h, noon - 1h};
    state.lifetime = 90s;
    state.settings = 0x8000000000000001;
    state.chain_length = 2;
    state.due_by = "renew_window";
    state.wait_until = noon + 3h;
    job.delivery.notification = {true, 2, noon + 5min, "exit status 2"};
    job.delivery.message = {true, 4, noon + 7min, "exit status 4"};
    job.delivery.warned = noon - 2h;
    job.delivery.unwarned = noon - 3h;
    job.delivery.served =
        model::Served{false, true, 4, "a.org:443: connection refused", noon, noon + 1h};
    return job;
}

std::string text_of(const StagedJob& job) {
    return job_text("a.org", job);
}

std::string text_of(const LiveJob& job) {
    return job_text("a.org", job);
}

std::string header_with(const std::string& key) {
    return R"({"store": {"version": 3.0}, "key": ")" + key + "\"}";
}

// Every reader on one text: none may throw, whatever it is.
void read_as_everything(const std::string& text) {
    CHECK_NOTHROW(parse_header(text));
    CHECK_NOTHROW(parse_md(text));
    CHECK_NOTHROW(parse_account(text));
    CHECK_NOTHROW(parse_order(text));
    CHECK_NOTHROW(parse_staged_job(text));
    CHECK_NOTHROW(parse_live_job(text));
}

}  // namespace

TEST_CASE("md_store.json: version and the 48 octets of the key") {
    std::string key_text(64, 'A');
    auto header = parse_header(header_with(key_text));
    REQUIRE(header.has_value());
    CHECK(header->version == 3.0);
    CHECK(header->key.reveal() == std::string(48, '\0'));
    CHECK(to_text(*header) ==
          "{\n  \"store\": {\n    \"version\": 3.0\n  },\n  \"key\": \"" + key_text + "\"\n}");
}

TEST_CASE("md_store.json: the version is a number, or 1.0") {
    std::string key = R"("key": ")" + std::string(64, 'x') + "\"";
    auto version_of = [&](const std::string& rest) {
        return parse_header("{" + key + rest + "}")->version;
    };
    CHECK(version_of("") == 1.0);
    CHECK(version_of(R"(, "store": {"version": 1.0}, "version": "1.1.0")") == 1.0);
    CHECK(version_of(R"(, "store": {"version": 2})") == 2.0);
    CHECK(version_of(R"(, "store": {"version": -3})") == 1.0);
    CHECK(version_of(R"(, "store": {"version": "3.0"})") == 1.0);
    CHECK(version_of(R"(, "store": {"version": 3.1})") == 3.1);
}

TEST_CASE("md_store.json: without a whole key it is damaged") {
    CHECK(parse_header("{}").error().why == "'key' is missing");
    CHECK(parse_header(header_with(std::string(63, 'A'))).error().why ==
          "'key' is not 48 octets in base64url");
    CHECK_FALSE(parse_header(header_with(std::string(68, 'A'))).has_value());
    CHECK_FALSE(parse_header(header_with(std::string(63, 'A') + "!")).has_value());
    CHECK_FALSE(parse_header(R"({"key": 7})").has_value());
    CHECK(parse_header("").error().why == "it is empty");
    CHECK(parse_header("{\"store\"").error().why == "it is not JSON");
}

TEST_CASE("md.json of mod_md is understood") {
    auto md = parse_md(mod_md_record);
    REQUIRE(md.has_value());
    CHECK(md->name == "shop.example");
    CHECK(md->domains == Texts{"shop.example", "www.shop.example"});
    CHECK(md->contacts == Texts{"mailto:ops@shop.example"});
    CHECK(md->transitive == model::MemberMode::automatic);
    CHECK(md->ca_account == "ACME-.letsencrypt.org-0000");
    CHECK(md->ca_url == "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(md->ca_urls == Texts{md->ca_url});
    CHECK(md->ca_agreement == "accepted");
    CHECK(md->keys == std::vector{KeySpec::ec("secp384r1")});
    CHECK(md->state == MdRecord::State::complete);
    CHECK(md->renew_mode == model::DriveMode::automatic);
    CHECK(md->renew_window == model::Window::percent(33));
}

TEST_CASE("md.json: members mdcertd does not know are written again") {
    std::string text = mod_md_record;
    text.insert(text.find("\"account\""), R"("future": [1, {"x": null}], )");
    auto md = parse_md(text);
    REQUIRE(md.has_value());
    md->state = MdRecord::State::incomplete;
    Json before = Json::parse(text), after = Json::parse(to_text(*md));
    CHECK(after["state"] == 1);
    after["state"] = 2;
    CHECK(after == before);
}

TEST_CASE("md.json comes back as it went") {
    MdRecord record;
    record.name = "a.org";
    record.domains = {"a.org", "*.a.org"};
    record.contacts = {"mailto:x@a.org"};
    record.transitive = model::MemberMode::manual;
    record.ca_account = "ACME-ca-0001";
    record.ca_url = "https://one/dir";
    record.ca_urls = {"https://one/dir", "https://two/dir"};
    record.ca_agreement = "https://one/terms";
    record.ca_challenges = {"http-01"};
    record.keys = {KeySpec::rsa(3072), KeySpec::ec("p-256")};
    record.state = MdRecord::State::error;
    record.state_descr = "it is";
    record.renew_mode = model::DriveMode::always;
    record.renew_window = model::Window::duration(14 * 24h);
    record.require_https = model::RequireHttps::permanent;
    record.must_staple = true;
    CHECK(*parse_md(to_text(record)) == record);
    CHECK(*parse_md(to_text(MdRecord{})) == MdRecord{});
}

TEST_CASE("md.json has mod_md's numbers and words") {
    MdRecord record;
    record.name = "a.org";
    record.domains = {"a.org"};
    record.keys = {KeySpec::ec("p-256")};
    record.renew_window = model::Window::duration(30min);
    Json json = Json::parse(to_text(record));
    CHECK(json["renew-mode"] == 1);
    CHECK(json["state"] == 0);
    CHECK(json["renew-window"] == "30mi");
    CHECK(json["ca"]["proto"] == "ACME");
    CHECK(json["privkey"] == Json{{"type", "EC"}, {"curve", "P-256"}});
    CHECK_FALSE(json.contains("require-https"));
    record.keys = {KeySpec::ec("secp256r1")};
    CHECK(Json::parse(to_text(record))["privkey"]["curve"] == "secp256r1");
    record.keys = {KeySpec::rsa(), KeySpec::ec("p-384")};
    CHECK(Json::parse(to_text(record))["privkey"].size() == 2);
}

TEST_CASE("md.json: what is missing or unknown is the default") {
    auto md = parse_md(R"({"renew-mode": 77, "state": -1, "transitive": -1, "renew-window": 2592000,
                           "require-https": "sometimes", "privkey": {"type": "Default"},
                           "ca": {"url": "https://ca/dir"}, "contacts": null})");
    REQUIRE(md.has_value());
    CHECK(md->renew_mode == model::DriveMode::automatic);
    CHECK(md->state == MdRecord::State::unknown);
    CHECK_FALSE(md->transitive);
    CHECK_FALSE(md->renew_window);
    CHECK(md->require_https == model::RequireHttps::off);
    CHECK(md->keys.empty());
    CHECK(md->ca_urls == Texts{"https://ca/dir"});
    CHECK(md->contacts.empty());
}

TEST_CASE("md.json: windows in every unit") {
    using model::Window;
    auto window = [](const std::string& text) {
        return parse_md(R"({"renew-window": ")" + text + "\"}")->renew_window;
    };
    CHECK(window("0%") == Window::percent(0));
    CHECK(window("99%") == Window::percent(99));
    CHECK(window("14d") == Window::duration(14 * 24h));
    CHECK(window("12h") == Window::duration(12h));
    CHECK(window("30mi") == Window::duration(30min));
    CHECK(window("30s") == Window::duration(30s));
    CHECK(window("5500ms") == Window::duration(5s));
    for (const char* unusable : {"100%", "-5d", "d", "", "3 d", "3weeks", "99999999999999999999d"})
        CHECK_FALSE(window(unusable));
}

TEST_CASE("md.json is made of the configuration") {
    model::ManagedDomain wanted;
    wanted.members = {{*model::Identifier::parse("a.org"), {}},
                      {*model::Identifier::parse("www.a.org"), {}}};
    wanted.settings.edit().set_directory_urls({"https://ca/dir"});
    wanted.settings.edit().issuers[0].contacts = {"mailto:x@a.org"};
    wanted.settings.edit().keys = {KeySpec::ec("p-256")};
    wanted.settings.edit().must_staple = true;
    MdRecord record = md_record(wanted);
    CHECK(record.name == "a.org");
    CHECK(record.domains == Texts{"a.org", "www.a.org"});
    CHECK(record.ca_urls == Texts{"https://ca/dir"});
    CHECK(record.ca_url.empty());
    CHECK(record.ca_challenges == Texts{"tls-alpn-01", "http-01"});
    CHECK(record.keys == wanted.settings->keys);
    CHECK(record.must_staple);
}

TEST_CASE("account.json of mod_md is understood") {
    auto account = parse_account(
        R"({"status":"valid","url":"https://ca.example/acct/7","ca-url":"https://ca.example/dir",
            "contact":["mailto:ops@shop.example"],"orders":"https://ca.example/acct/7/orders",
            "registration":{"status":"valid"},"eab":{"kid":"k1","hmac":"AAAA"}})");
    REQUIRE(account.has_value());
    CHECK(account->status == AccountStatus::valid);
    CHECK(account->url == "https://ca.example/acct/7");
    CHECK(account->ca_url == "https://ca.example/dir");
    CHECK(account->contacts == Texts{"mailto:ops@shop.example"});
    CHECK(account->eab->kid == "k1");
    CHECK(*parse_account(to_text(*account)) == *account);
}

TEST_CASE("account.json of version 1.0 is not known to be valid") {
    auto account = parse_account(
        R"({"disabled": false, "id": "x", "url": "https://ca/1", "ca-url": "https://ca/dir",
            "terms-of-service": "https://ca/tos"})");
    REQUIRE(account.has_value());
    CHECK(account->status == AccountStatus::unknown);
    CHECK(account->agreement == "https://ca/tos");
    CHECK(to_text(*account).find("status") == std::string::npos);
}

TEST_CASE("account.json: url and ca-url are required") {
    CHECK(parse_account(R"({"status": "valid", "ca-url": "https://ca/dir"})").error().why ==
          "'url' is missing");
    CHECK(parse_account(R"({"url": "https://ca/1"})").error().why == "'ca-url' is missing");
}

TEST_CASE("order.json comes back as it went") {
    OrderRecord order{
        "https://ca.example/o/9",   "pending",
        {"https://ca.example/z/1"}, {"http-01:www.shop.example", "dns-01:shop.example TXT"},
        "https://ca.example/o/9/f", ""};
    CHECK(*parse_order(to_text(order)) == order);
    CHECK(Json::parse(to_text(order))["challenge-setups"][0] == "http-01:www.shop.example");
    CHECK(parse_order("{}").error().why == "'url' is missing");
}

TEST_CASE("job.json comes back as it went") {
    CHECK(*parse_staged_job(text_of(failed_job())) == failed_job());
    CHECK(*parse_staged_job(text_of(StagedJob())) == StagedJob());
    CHECK(*parse_live_job(text_of(untold_job())) == untold_job());
    CHECK(*parse_live_job(text_of(LiveJob())) == LiveJob());
    for (bool notified : {false, true})
        for (bool told : {false, true}) {
            LiveJob job = untold_job();
            job.delivery.notification.owed = !notified;
            job.delivery.message.owed = !told;
            CHECK(*parse_live_job(text_of(job)) == job);
        }
}

// mod_md reads its own members alone, and an older version of ours lacks these.
TEST_CASE("job.json: what a set came of is a matter of ours, and may be absent") {
    Json live = Json::parse(text_of(untold_job())), staged = Json::parse(text_of(failed_job()));
    CHECK_FALSE(live.contains("installation"));
    CHECK(live["mdcertd"]["installation"]["settings"] == "9223372036854775809");
    CHECK(staged["mdcertd"]["failure"]["settings"] == "18364758544493064720");
    live["mdcertd"].erase("installation");
    staged["mdcertd"]["failure"].erase("settings");
    staged["mdcertd"].erase("early-at");
    CHECK(staged["mdcertd"]["issuers"]["https://ca.example/dir"]["errors"] == 1);
    staged["mdcertd"].erase("issuers");
    CHECK(parse_live_job(live.dump())->state.renewals.empty());
    CHECK(parse_live_job(live.dump())->state.settings == 0);
    auto job = parse_staged_job(staged.dump());
    REQUIRE(job.has_value());
    CHECK_FALSE(job->attempts.early_at);
    CHECK(job->attempts.issuers.empty());
    CHECK_FALSE(Json::parse(text_of(*job))["mdcertd"].contains("issuers"));
    CHECK(job->attempts.last_failure->settings == 0);
    // What cannot be a digest is none.
    staged["mdcertd"]["failure"]["settings"] = "99999999999999999999999";
    CHECK(parse_staged_job(staged.dump())->attempts.last_failure->settings == 0);
    live["mdcertd"]["installation"] = {{"renewals", {"soon"}}};
    CHECK(parse_live_job(live.dump())->state.renewals.empty());
    live["mdcertd"]["installation"] = 7;
    CHECK(parse_live_job(live.dump()).has_error());
}

TEST_CASE("job.json has mod_md's forms") {
    Json json = Json::parse(
        job_text("a.org", failed_job(),
                 {{noon - 1s, "starting", "", ""}, {noon, "renewal-error", "urn:x", "it failed"}}));
    CHECK(json["name"] == "a.org");
    CHECK(json["next-run"] == "Mon, 23 Nov 2026 15:28:17 GMT");
    CHECK(json["finished"] == false);
    CHECK(json["notified"] == false);
    CHECK(json["errors"] == 3);
    CHECK(json["last"]["status"] == 20014);
    CHECK(json["last"]["problem"] == "urn:ietf:params:acme:error:dns");
    CHECK(json["log"]["entries"][0]["type"] == "renewal-error");
    CHECK(json["log"]["entries"][1]["when"] == "Mon, 23 Nov 2026 14:28:16 GMT");
    LiveJob job = untold_job();
    for (bool notified : {false, true}) {
        job.delivery.notification.owed = !notified;
        json = Json::parse(text_of(job));
        CHECK(json["finished"] == true);
        CHECK(json["notified"] == notified);
        CHECK(json["notified-renewed"] == notified);
        CHECK(json["errors"] == 0);
        CHECK(json["last"]["status"] == 0);
        CHECK(json["last-run"] == "Mon, 23 Nov 2026 14:28:17 GMT");
        CHECK(json["valid-from"] == "Mon, 23 Nov 2026 13:28:17 GMT");
    }
}

TEST_CASE("job.json of mod_md is understood") {
    const std::string text = R"({"name": "a.org", "finished": false, "notified": true,
        "notified-renewed": false, "last-run": "Mon, 23 Nov 2026 14:28:17 GMT", "errors": 2,
        "last": {"status": 20014, "status-description": "General failure", "problem": "urn:x",
                 "detail": "because", "activity": "Ordering", "subproblems": [{"type": "y"}]},
        "log": {"entries": [{"when": "Mon, 23 Nov 2026 14:28:17 GMT", "type": "progress"}]}})";
    auto job = parse_staged_job(text);
    REQUIRE(job.has_value());
    CHECK(job->attempts.errors == 2);
    CHECK(job->attempts.started == std::vector{noon});
    REQUIRE(job->attempts.last_failure);
    CHECK(job->attempts.last_failure->problem == "urn:x");
    CHECK(job->attempts.last_failure->detail == "because");
    CHECK(job->attempts.last_failure->failure_class == model::FailureClass::passing);
    CHECK(job->attempts.last_failure->at == noon);
    CHECK(parse_log(text).front().type == "progress");
    // What did not finish made no set, and nobody is to be told of one.
    CHECK_FALSE(parse_live_job(text)->state.recorded);
    CHECK(parse_live_job(text)->delivery == model::Delivery());
}

TEST_CASE("job.json: without notified-renewed, notified counts; status 0 is no failure") {
    auto told = [](const char* text) { return parse_live_job(text)->delivery; };
    CHECK_FALSE(told(R"({"finished": true, "notified": true})").notification.owed);
    CHECK(told(R"({"finished": true, "notified": true, "notified-renewed": false})")
              .notification.owed);
    // Whom mod_md did not notify it did not tell either.
    CHECK(told(R"({"finished": true})").message.owed);
    CHECK_FALSE(told(R"({"finished": true, "notified": true})").message.owed);
    CHECK_FALSE(told(R"({"notified": false})").message.owed);
    CHECK_FALSE(parse_staged_job(R"({"last": {"status": 0}})")->attempts.last_failure);
}

TEST_CASE("job.json: what is new stands before the log that was there, 128 entries at most") {
    const StagedJob job;
    auto text_with = [&](const News& news, const std::string& former) {
        return job_text("a.org", job, news, former);
    };
    const News first{{noon, "starting", "", ""},
                     {noon + 1s, "renewal-error", "urn:x", "it failed"}};
    std::string text = text_with(first, "");
    CHECK(parse_log(text) == model::Log{first[1], first[0]});
    text = job_text("a.org", untold_job(), {{noon + 2s, "finished", "", "\xff"}}, text);
    const model::Log log = parse_log(text);
    REQUIRE(log.size() == 3);
    CHECK(log[0].type == "finished");
    CHECK(log[2] == first[0]);
    CHECK(*parse_live_job(text) == untold_job());
    // What a later version or mod_md writes into an entry stays.
    const std::string others = R"({"log": {"entries": [{"type": "progress", "more": 1}, 7]}})";
    CHECK(Json::parse(text_with(first, others))["log"]["entries"][2]["more"] == 1);
    CHECK(parse_log(text_with(first, others)).size() == 3);
    for (const char* none : {"", "garbage", "[]", R"({"log": []})", R"({"log": {"entries": 7}})"}) {
        CHECK(parse_log(none).empty());
        CHECK(parse_log(text_with(first, none)).size() == 2);
    }
    for (int i = 0; i < 300; ++i)
        text = text_with({{noon, "progress", "", std::to_string(i)}}, text);
    CHECK(parse_log(text).size() == 128);
    CHECK(parse_log(text).front().detail == "299");
    CHECK(parse_log(text_with(News(300), "")).size() == 128);
}

namespace {

constexpr sys_seconds at(std::chrono::seconds passed) {
    return noon + passed;
}

// As a version wrote it that kept it in the log alone what was told, why calls failed, and when
// attempts began.
template <typename Job>
Json without_members(const Job& job, const News& log) {
    Json json = Json::parse(job_text("a.org", job, log));
    REQUIRE(json["mdcertd"].contains("told"));
    REQUIRE(json["mdcertd"].contains("started"));
    for (const char* member : {"told", "started", "notify-reason", "message-reason"})
        json["mdcertd"].erase(member);
    return json;
}

}  // namespace

TEST_CASE("job.json of a former version: what its log tells is not told again") {
    Json json = without_members(untold_job(), {{at(0s), "starting", "", ""},
                                               {at(5s), "finished", "", ""},
                                               {at(6s), "notify-error", "", "first"},
                                               {at(7s), "message-error", "renewed", "no\nmore"},
                                               {at(8s), "message-expiring", "", ""},
                                               {at(9s), "message-error", "expiring", "nor"},
                                               {at(10s), "message-expiring", "", ""},
                                               {at(11s), "notify-error", "", "newest\nline"}});
    auto job = parse_live_job(json.dump());
    REQUIRE(job.has_value());
    CHECK(job->delivery.warned == at(10s));
    CHECK(job->delivery.unwarned == at(9s));
    CHECK(job->delivery.notification.reason == "newest");
    CHECK(job->delivery.message.reason == "no");
    CHECK(job->state.started == std::vector{at(0s)});
    // From then on it stands in members, and the log decides nothing.
    json = Json::parse(job_text("a.org", *job, {}, json.dump()));
    CHECK(*parse_live_job(json.dump()) == *job);
    json["log"]["entries"].clear();
    CHECK(*parse_live_job(json.dump()) == *job);
}

TEST_CASE("job.json of a former version: attempts that its log tells of count") {
    Json json = without_members(failed_job(), {{at(0s), "starting", "", ""},
                                               {at(1s), "message-renewing", "", ""},
                                               {at(2s), "renewal-error", "", "no way"},
                                               {at(3s), "message-errored", "", ""},
                                               {at(4s), "starting", "", ""}});
    auto job = parse_staged_job(json.dump());
    REQUIRE(job.has_value());
    CHECK(job->told == model::AttemptMessages{at(1s), at(3s)});
    CHECK(job->attempts.started == std::vector{at(0s), at(4s)});
    json = Json::parse(job_text("a.org", *job));
    CHECK(*parse_staged_job(json.dump()) == *job);
    // Of one by mod_md, the last is known.
    CHECK(parse_staged_job(R"({"last-run": "Mon, 23 Nov 2026 14:28:17 GMT"})")->attempts.started ==
          std::vector{noon});
}

TEST_CASE("the index comes back as it went, and what is no index is damage") {
    model::CertificateFacts rsa{model::KeySpec::rsa(3072),
                                {*model::Identifier::parse("a.org")},
                                noon,
                                noon + std::chrono::days{90},
                                true,
                                "CN=CA",
                                "0abc",
                                "00ff"};
    model::CertificateFacts ec = rsa;
    ec.key = model::KeySpec::ec("p-384");
    ec.chain = model::ChainFacts{3, 2, noon + std::chrono::days{9}, "odd"};
    std::vector<IndexEntry> entries(2);
    entries[0] = {"a.org", 12, {}};
    entries[0].held.certificates = {rsa, ec};
    entries[0].held.state = untold_job().state;
    entries[0].held.delivery = untold_job().delivery;
    entries[0].held.state.ca_url = "https://ca.example/dir";
    entries[1] = {"b.org", 3, {}};
    entries[1].held.attempts = failed_job().attempts;
    entries[1].held.delivery.edit().attempts = failed_job().told;
    auto read = parse_index(to_text(entries));
    REQUIRE(read.has_value());
    REQUIRE(read->size() == 2);
    CHECK(to_text(*read) == to_text(entries));
    CHECK((*read)[0].held.certificates == std::vector{rsa, ec});
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK((*read)[i].held.state == entries[i].held.state);
        CHECK((*read)[i].held.delivery == entries[i].held.delivery);
        CHECK((*read)[i].held.attempts == entries[i].held.attempts);
    }
    for (const char* wrong :
         {"", "[]", R"({"entries":[1]})", R"({"entries":[{"certificates":[{"names":["a b"]}]}]})",
          R"({"entries":[{"job":7}]})", R"({"entries":[{"certificates":[{"from":"x"}]}]})"})
        CHECK(parse_index(wrong).has_error());
    CHECK(parse_index("{}")->empty());
}

TEST_CASE("a value of a wrong type is damage that names it") {
    CHECK(parse_staged_job(R"({"errors": "3"})").error().why == "'errors' is not an integer");
    CHECK(parse_staged_job(R"({"errors": -1})").error().why == "'errors' is out of range");
    CHECK(parse_staged_job(R"({"errors": 18446744073709551615})").error().why ==
          "'errors' is not an integer");
    CHECK(parse_staged_job(R"({"errors": 1.5})").error().why == "'errors' is not an integer");
    CHECK(parse_staged_job(R"({"finished": 1})").error().why ==
          "'finished' is neither true nor false");
    CHECK(parse_staged_job(R"({"next-run": "soon"})").error().why == "'next-run' is not a date");
    CHECK(parse_staged_job(R"({"last": []})").error().why == "'last' is not an object");
    // The log is for people: whatever stands there, the record is as good as it is.
    for (const char* log : {"{}", R"({"entries": {}})", R"({"entries": [7]})", "7",
                            R"({"entries": [{"when": "yesterday", "type": 5, "detail": []}]})"}) {
        const std::string text = R"({"errors": 2, "finished": true, "notified": false, "log": )" +
                                 std::string(log) + "}";
        CHECK(parse_staged_job(text)->attempts.errors == 2);
        CHECK(parse_live_job(text)->delivery.notification.owed);
    }
    CHECK(parse_staged_job(R"({"last": {"status": 1}, "mdcertd": {"failure": {"class": "odd"}}})")
              .error()
              .why == "'class' is not a failure class");
    CHECK(parse_md(R"({"name": 5})").error().why == "'name' is not a text");
    CHECK(parse_md(R"({"domains": "a.org"})").error().why == "'domains' is not a list");
    CHECK(parse_md(R"({"domains": ["a.org", 1]})").error().why ==
          "'domains' has an element that is not a text");
    CHECK(parse_md(R"({"privkey": "RSA"})").error().why == "'privkey' is not an object");
    CHECK(parse_md(R"({"privkey": {"type": "RSA", "bits": "many"}})").error().why ==
          "'bits' is not an integer");
    CHECK(parse_account(R"({"url": ["x"], "ca-url": "y"})").error().why == "'url' is not a text");
}

TEST_CASE("damage, where nobody asked, is thrown as an error") {
    CHECK_THROWS_WITH(parse_staged_job("[]").value(),
                      "the record is damaged: it is not a JSON object");
}

TEST_CASE("size and depth are bounded") {
    CHECK(parse_staged_job(std::string(1024 * 1024 + 1, ' ')).error().why ==
          "it is larger than 1 MiB");
    std::string deep = R"({"x": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    CHECK(parse_md(deep).error().why == "it is nested too deeply");
    std::string in_text = R"({"name": ")" + std::string(1000, '[') + R"(\"[[")" + "}";
    CHECK(parse_md(in_text)->name.size() == 1003);
    read_as_everything(deep);
}

TEST_CASE("text that is not UTF-8 can be written, and then read") {
    StagedJob job;
    job.attempts.last_failure = model::Failure{"order", "", "\xff\xfe\0 oops", {}, noon};
    auto read = parse_staged_job(text_of(job));
    REQUIRE(read.has_value());
    CHECK(read->attempts.last_failure->detail.find("\xef\xbf\xbd") == 0);
}

TEST_CASE("no text makes a reader throw") {
    std::mt19937 random(20261123);
    const Texts seeds = {mod_md_record, text_of(failed_job()), text_of(untold_job()),
                         header_with(std::string(64, 'A')),
                         R"({"url":"u","ca-url":"c","status":"valid","eab":{"kid":"a"}})"};
    for (const std::string& seed : seeds) {
        for (std::size_t cut = 0; cut < seed.size(); cut += 3)
            read_as_everything(seed.substr(0, cut));
        for (int turn = 0; turn < 3000; ++turn) {
            std::string text = seed;
            for (unsigned edits = 1 + random() % 4; edits > 0; --edits)
                text[random() % text.size()] = "{}[]\",:0-9e.\\u\xff\0tn"[random() % 19];
            read_as_everything(text);
        }
    }
}

TEST_CASE("no value of a member, of whatever type, makes a reader throw") {
    const std::vector<Json> values = {nullptr,
                                      true,
                                      -1,
                                      1e300,
                                      18446744073709551615u,
                                      "",
                                      "x",
                                      Json::array(),
                                      Json::array({1}),
                                      Json::array({nullptr}),
                                      Json::object(),
                                      Json{{"x", 1}}};
    for (const std::string& seed : {mod_md_record, text_of(failed_job()), text_of(untold_job())}) {
        const Json whole = Json::parse(seed);
        const Json flat = whole.flatten();
        for (const auto& [path, ignored] : flat.items())
            for (const Json& value : values) {
                Json changed = whole;
                changed[Json::json_pointer(path)] = value;
                read_as_everything(changed.dump());
            }
    }
}
