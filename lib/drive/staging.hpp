// SPDX-License-Identifier: Apache-2.0
// What lies in staging/NAME while an MD is driven: the order, the encrypted keys, finished chains.
// It is the journal of acme::issue, one key type at a time.
#pragma once

#include "acme/issue.hpp"
#include "store/records.hpp"
#include "store/store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace md::drive {

using std::chrono::sys_seconds;

// What is for people is left to the attempt.
class Staging : public acme::IssueJournal {
public:
    Staging(store::Store& store, std::string name) : store_(store), name_(std::move(name)) {}

    // The calls of IssueJournal speak of this key type from now on.
    void set_key_spec(model::KeySpec spec) { spec_ = std::move(spec); }

    // A key and chain of this type that a former attempt finished and that answer the request.
    base::Task<std::optional<acme::Issued>> finished(const acme::IssueRequest& request,
                                                     sys_seconds now);
    // The CA's directory URL in the md.json that mod_md leaves beside what it has staged; "" when
    // there is none.
    base::Task<std::string> ca_told_by_mod_md();
    // The chain is here: the order has served.
    base::Task<void> chain_issued(const acme::Issued& issued);

    base::Task<std::optional<std::string>> order_url() override;
    base::Task<std::optional<crypto::PrivateKey>> key() override;
    base::Task<void> order_placed(const acme::Order& order) override;
    base::Task<void> key_made(const crypto::PrivateKey& key) override;
    base::Task<void> order_dropped() override;
    base::Task<std::vector<std::string>> challenge_setups() override;
    base::Task<void> keep_challenge_setups(std::vector<std::string> setups) override;

private:
    std::string key_of(std::string_view file) const;
    base::Task<std::optional<store::OrderRecord>> order_record();

    store::Store& store_;
    std::string name_;
    model::KeySpec spec_;
};

}  // namespace md::drive
