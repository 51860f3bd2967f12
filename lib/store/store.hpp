// SPDX-License-Identifier: Apache-2.0
// The store contract. Keys are '/'-separated paths of layout.hpp ("domains/a.org/md.json"), values
// are whole texts of at most 4 MiB, any octets. An engine meets it when:
//  - a value is read whole, as it was written whole, or is absent; never in parts;
//  - when write(), remove(), activate(), rename() or set_aside() resumes, the effect survives a
//    power cut; when one throws, nothing is lost: each value is the former or the new one, whole;
//  - an operation cut short by a crash has happened or has not by the time the store is open again;
//  - activate() switches a whole set at once: a reader sees the old set or the new one;
//  - one lease holder writes (store/lease.hpp for files); a second is refused and told who holds
//  it.
// All operations are awaitable and may run elsewhere. Those on one name (an MD's in domains/,
// staging/ and archive/, an account's, ...) happen in the order started, each on its own; others
// may happen at the same time. rename() queues with the old name. Cancelling an awaiting coroutine
// never leaves an operation half-done: it was not begun, or it is awaited to its end. Every failure
// throws base::Error naming the key and the reason. A key that is not is_safe_key() is refused that
// way, whoever made it.
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"

#include <functional>
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

// What becomes of the names that servers had for files of the former set (Store::stand_ins) when
// another becomes live: they go where their time is over, or stay, since nobody was told yet.
enum class FormerNames { expire, stay };

class Store {
public:
    virtual ~Store() = default;

    // nullopt: absent. Throws when it is there and cannot be read.
    virtual base::Task<std::optional<std::string>> read(std::string key) = 0;
    // Whole and durable; missing parents come into being.
    virtual base::Task<void> write(std::string key, std::string value) = 0;
    // Writes what `change` makes of the value (nullopt: absent, or not readable), or nothing where
    // it gives nullopt. No other operation on that name comes between. `change` may run on another
    // thread.
    using Change = std::function<std::optional<std::string>(const std::optional<std::string>&)>;
    virtual base::Task<void> update(std::string key, Change change) = 0;
    // The names directly below a prefix ("domains" -> "a.org", "b.org"), sorted. Absent: empty. ""
    // is the store itself. A set aside appears under its name: see is_damaged_name().
    virtual base::Task<std::vector<std::string>> list(std::string prefix) = 0;
    // For each prefix a token that changes with any value directly below it, whoever changes it:
    // as long as it is the same, so are they. "" where there is nothing, nullopt where that cannot
    // be told.
    virtual base::Task<std::vector<std::optional<std::string>>> versions(
        std::vector<std::string> prefixes) = 0;
    // What servers may still read and what is there for them alone, for a renewal or two: files of
    // the live set that lead to others of it, and, by the name that an MD has now, the names that
    // it had. They hold nothing themselves.
    virtual base::Task<std::vector<std::string>> stand_ins(std::string name) = 0;
    virtual base::Task<std::multimap<std::string, std::string>> former_names() = 0;
    // A value, or everything below a prefix, which disappears at once. Absent is fine.
    virtual base::Task<void> remove(std::string key) = 0;

    // Makes the values (file name -> content) the live set domains/NAME in one step, removes
    // staging/NAME and archives the former set (archive/NAME.N, N ever growing, the last 10 kept).
    // The set is exactly these values: what shall stay of the former one is passed again. Once the
    // new set is live the call succeeds, even where the former one could not be archived.
    virtual base::Task<void> activate(std::string name, std::map<std::string, std::string> values,
                                      FormerNames former = FormerNames::expire) = 0;
    // Renames an MD: domains/ and staging/ OLD become NEW. domains/NEW must be absent where
    // domains/OLD is not; where it is absent, staging/OLD replaces a staging/NEW. Interrupted
    // between the two, the same call completes it. The archive keeps the old name. For servers,
    // where they read files, the old name leads to the new one for a while.
    virtual base::Task<void> rename(std::string old_name, std::string new_name) = 0;
    // Takes domains/NAME or a value aside as NAME.damaged (a former one is replaced). Absent: fine.
    virtual base::Task<void> set_aside(std::string key) = 0;

    // Makes the store itself again, with the passphrase it had, where somebody has removed it:
    // true then. One that was exchanged for another is used with its own passphrase from now on.
    virtual base::Task<bool> restore() = 0;

    // The passphrase of account and staged keys: the 48 octets of md_store.json.
    virtual const base::Secret& passphrase() const = 0;
};

}  // namespace md::store
