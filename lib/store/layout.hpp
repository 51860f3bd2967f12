// SPDX-License-Identifier: Apache-2.0
// Where things lie in the store: the keys, file names and modes of mod_md's store version 3. Pure;
// nothing here touches a disk. A key is a '/'-separated path below MDStoreDir.
#pragma once

#include "model/key_spec.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::store {

// The file that makes a directory a store.
inline constexpr std::string_view header_key = "md_store.json";
inline constexpr std::string_view lock_key = "store.lock";
// The folder of what was seen at the last start (index_record.hpp); it may be deleted at any time.
inline constexpr std::string_view index_prefix = "index";

// The names of the records within a folder of accounts/, staging/ or domains/.
inline constexpr std::string_view md_file = "md.json";
inline constexpr std::string_view job_file = "job.json";
inline constexpr std::string_view order_file = "order.json";
inline constexpr std::string_view account_file = "account.json";
inline constexpr std::string_view account_key_file = "account.pem";

// "domains/NAME/FILE"; without a file "domains/NAME", the prefix of the whole set.
std::string domain_key(std::string_view name, std::string_view file = {});
std::string staging_key(std::string_view name, std::string_view file = {});
std::string account_key(std::string_view id, std::string_view file = {});
std::string index_key(std::size_t number);
std::string challenge_key(std::string_view dns_name, std::string_view file = {});
// "archive/NAME.N".
std::string archive_key(std::string_view name, unsigned number);
// The N of "NAME.N", an entry of archive/; nullopt when the entry is of another MD.
std::optional<unsigned> archive_number(std::string_view entry, std::string_view name);

// "privkey.pem", "privkey.p-256.pem"; "pubcert.pem", "pubcert.p-256.pem".
std::string private_key_file(const model::KeySpec& spec);
std::string certificate_file(const model::KeySpec& spec);
// Of any key type, also one that is wanted no more.
bool is_private_key_file(std::string_view file);
bool is_certificate_file(std::string_view file);

// "ACME-SNAME-NNNN": SNAME is the CA's host, its last 16 characters when it is longer.
std::string account_id(std::string_view ca_host, unsigned number);
// The first free one beside those taken (the names below accounts/); nullopt beyond 0999.
std::optional<std::string> free_account_id(std::string_view ca_host,
                                           const std::vector<std::string>& taken);

// "NAME.damaged": what set_aside() makes of a name; cut so that it still is a file name.
std::string damaged_name(std::string_view name);
bool is_damaged_name(std::string_view name);

// One path component: not empty, no "." or "..", no '/', no control character, at most 255 octets.
bool is_safe_component(std::string_view component);
// Safe components with single '/' between them.
bool is_safe_key(std::string_view key);

// The mode a value's file gets whatever the umask: 0600, unless it is known to hold no secret
// (certificates, jobs, orders, http-01 answers), which is 0644. Every directory is 0700.
unsigned file_mode(std::string_view key);
inline constexpr unsigned directory_mode = 0700;

}  // namespace md::store
