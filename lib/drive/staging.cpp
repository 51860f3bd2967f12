// SPDX-License-Identifier: Apache-2.0
#include "drive/staging.hpp"

#include "base/log.hpp"
#include "base/wiped.hpp"
#include "crypto/certificate.hpp"
#include "crypto/chain_order.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

namespace md::drive {
namespace {

// The store's passphrase is 384 random bits, which nobody guesses. A staged key lives for seconds,
// and the usual iterations would take longer than all else that a P-256 certificate needs of us.
constexpr int no_stretching = 1;

}  // namespace

std::string Staging::key_of(std::string_view file) const {
    return store::staging_key(name_, file);
}

base::Task<std::optional<acme::Issued>> Staging::finished(const acme::IssueRequest& request,
                                                          sys_seconds now) {
    auto chain_pem = co_await store_.read(key_of(store::certificate_file(spec_)));
    if (!chain_pem)
        co_return std::nullopt;
    auto staged_key = co_await key();
    std::string mistake = "its key is missing";
    std::vector<crypto::Certificate> chain;
    if (staged_key) {
        try {
            crypto::OrderedCertificate ordered{*staged_key, request.names, request.must_staple};
            chain = crypto::order_chain(crypto::parse_chain(*chain_pem), *staged_key, now).chain;
            auto found = crypto::chain_mistake(chain, ordered, now);
            mistake = found.value_or("");
        } catch (const base::Error& error) {
            mistake = error.what();
        }
    }
    if (mistake.empty())
        co_return acme::Issued{std::move(*staged_key), std::move(chain)};
    log::debug("staged certificate dropped", log::kv("domain", name_), log::kv("reason", mistake));
    co_await order_dropped();
    co_return std::nullopt;
}

base::Task<std::string> Staging::ca_told_by_mod_md() {
    auto text = co_await store_.read(key_of(store::md_file));
    if (!text)
        co_return "";
    auto record = store::parse_md(*text);
    co_return record ? record->ca_url : std::string();
}

base::Task<void> Staging::chain_issued(const acme::Issued& issued) {
    std::vector<store::Change> changes;
    changes.push_back(
        store::Put{key_of(store::certificate_file(spec_)), crypto::to_pem(issued.chain)});
    changes.push_back(store::Remove{key_of(store::order_file)});
    co_await store_.change(std::move(changes));
}

base::Task<std::optional<std::string>> Staging::order_url() {
    auto text = co_await store_.read(key_of(store::order_file));
    if (!text)
        co_return std::nullopt;
    auto record = store::parse_order(*text);
    if (!record || record->url.empty()) {
        co_await order_dropped();
        co_return std::nullopt;
    }
    co_return record->url;
}

// None that is damaged.
base::Task<std::optional<store::OrderRecord>> Staging::order_record() {
    auto text = co_await store_.read(key_of(store::order_file));
    if (!text)
        co_return std::nullopt;
    auto record = store::parse_order(*text);
    if (!record)
        co_return std::nullopt;
    co_return std::move(*record);
}

base::Task<std::vector<std::string>> Staging::challenge_setups() {
    auto record = co_await order_record();
    if (!record)
        co_return std::vector<std::string>();
    co_return std::move(record->challenge_setups);
}

base::Task<void> Staging::keep_challenge_setups(std::vector<std::string> setups) {
    auto record = co_await order_record();
    if (!record && setups.empty())
        co_return;
    if (!record)
        throw base::Error(key_of(store::order_file) + " is gone or damaged");
    record->challenge_setups = std::move(setups);
    co_await store_.write(key_of(store::order_file), store::to_text(*record));
}

base::Task<std::optional<crypto::PrivateKey>> Staging::key() {
    auto read = co_await store_.read(key_of(store::private_key_file(spec_)));
    base::Wiped pem(std::move(read));  // one of another program may lie there in clear
    if (!*pem)
        co_return std::nullopt;
    std::optional<crypto::PrivateKey> key;
    try {
        key = crypto::PrivateKey::from_pem(**pem, store_.passphrase());
    } catch (const base::Error& error) {
        log::warn("staged key not readable, a new one is made", log::kv("domain", name_),
                  log::kv("reason", error.what()));
    }
    // MDPrivateKeys may have changed meanwhile, from 2048 bits to 4096.
    if (key && spec_.type == model::KeySpec::Type::rsa && key->bits() != spec_.bits)
        key.reset();
    co_return key;
}

base::Task<void> Staging::order_placed(const acme::Order& order) {
    store::OrderRecord record;
    record.url = order.url.text();
    record.status = std::string(acme::word(order.status));
    for (const http::Url& authorization : order.authorizations)
        record.authorizations.push_back(authorization.text());
    if (order.finalize)
        record.finalize = order.finalize->text();
    co_await store_.write(key_of(store::order_file), store::to_text(record));
}

base::Task<void> Staging::key_made(const crypto::PrivateKey& key) {
    co_await store_.write(key_of(store::private_key_file(spec_)),
                          key.to_encrypted_pem(store_.passphrase(), no_stretching));
}

base::Task<void> Staging::order_dropped() {
    std::vector<store::Change> changes;
    for (const std::string& file : {std::string(store::order_file), store::certificate_file(spec_),
                                    store::private_key_file(spec_)})
        changes.push_back(store::Remove{key_of(file)});
    co_await store_.change(std::move(changes));
}

}  // namespace md::drive
