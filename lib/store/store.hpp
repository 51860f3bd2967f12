// SPDX-License-Identifier: Apache-2.0
// The store contract. Keys are '/'-separated paths of layout.hpp ("domains/a.org/md.json"), values
// are whole texts. An engine meets it when:
//  - a value is read whole, as it was written whole, or is absent; never in parts;
//  - when write() or remove() resumes, the effect survives a power cut;
//  - activate() switches a whole set at once: a reader sees the old set or the new one;
//  - one lease holder writes; a second one is refused and told who holds it.
// All operations are awaitable and may run elsewhere; those of one Store happen in the order
// started. Every failure throws base::Error naming the key and the reason.
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::store {

// The lease is held by somebody else; what() says by whom ("process 4711 on web1").
class LeaseHeld : public base::Error {
public:
    using base::Error::Error;
};

class Store {
public:
    virtual ~Store() = default;

    // nullopt: absent. Throws when it is there and cannot be read.
    virtual base::Task<std::optional<std::string>> read(std::string key) = 0;
    // Whole and durable; missing parents come into being.
    virtual base::Task<void> write(std::string key, std::string value) = 0;
    // The names directly below a prefix ("domains" -> "a.org", "b.org"), sorted. Absent: empty.
    virtual base::Task<std::vector<std::string>> list(std::string prefix) = 0;
    // A value, or everything below a prefix. Absent is fine.
    virtual base::Task<void> remove(std::string key) = 0;

    // Makes the values (file name -> content) the live set domains/NAME in one step and archives
    // the former one (archive/NAME.N, the last 10 kept).
    virtual base::Task<void> activate(std::string name,
                                      std::map<std::string, std::string> values) = 0;
    // Renames an MD: domains/ and staging/ OLD become NEW (which must be absent).
    virtual base::Task<void> rename(std::string old_name, std::string new_name) = 0;
    // Takes domains/NAME or a value aside as NAME.damaged (a former one is replaced).
    virtual base::Task<void> set_aside(std::string key) = 0;

    // The passphrase of account and staged keys: the 48 octets of md_store.json.
    virtual const base::Secret& passphrase() const = 0;
};

}  // namespace md::store
