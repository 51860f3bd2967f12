// SPDX-License-Identifier: Apache-2.0
// The store contract. Keys are '/'-separated paths of layout.hpp ("domains/a.org/md.json"), values
// are whole texts of at most 4 MiB, any octets. An engine meets it when:
//  - a value is read whole, as it was written whole, or is absent; never in parts;
//  - a key has one revision as long as it holds one value, and another whenever that was changed,
//    whoever changed it; one that holds none has Revision::absent();
//  - a commit whose expectations are not met changes nothing, and says so by a Conflict;
//  - a commit under a lease that is lost changes nothing and throws LeaseLost;
//  - when commit() resumes, the effect survives a power cut; when it throws something else, nothing
//    is lost: each value is the former or the new one, whole. Which one, a read tells: it may even
//    have been made, or be completed by the next commit;
//  - a commit cut short by a crash has been made whole, or not at all, by the time the store is
//    writable again (of Rename: by the time the same one has been made again). Until then, a reader
//    may find the values of a batch one by one; a set is switched at once: the old or the new one;
//  - a lease has one holder; a second is refused and told who holds it.
// All operations are awaitable and may run elsewhere. Those on one name (an MD's in domains/,
// staging/ and archive/, an account's, ...: name_in()) happen in the order started, each on its
// own; others may happen at the same time. Cancelling an awaiting coroutine never leaves an
// operation half-done: it was not begun, or it is awaited to its end. Every failure throws
// base::Error naming the key and the reason. A key that is not is_safe_key() is refused that way,
// whoever made it.
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "store/batch.hpp"
#include "store/watch.hpp"

#include <map>
#include <memory>
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

// A commit was to be made under a lease that is held no more.
class LeaseLost : public base::Error {
public:
    using base::Error::Error;
};

// The right to change what a lease of that name is for, as long as this is there: destroying it
// gives the lease back.
class Lease {
public:
    virtual ~Lease() = default;

    // What commits carry (Batch::lease): another one each time that it is acquired.
    virtual std::string token() const = 0;
    // To be called now and then: sees to it that the lease is held. True where it was gone, and
    // nobody else had it meanwhile: the store may have gone with it. Throws LeaseHeld when it is
    // another's now.
    virtual bool keep() = 0;
};

// The lease of whoever drives: obtains certificates and writes what became of them.
inline constexpr const char* driver_lease = "driver";

class Store {
public:
    virtual ~Store() = default;

    // nullopt: absent. Throws when it is there and cannot be read.
    virtual base::Task<std::optional<std::string>> read(std::string key) = 0;
    // The same with its revision.
    virtual base::Task<StoredValue> look_up(std::string key) = 0;
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

    // Every change goes this way. nullopt: made.
    virtual base::Task<std::optional<Conflict>> commit(Batch batch) = 0;
    // Commits that expect nothing.
    base::Task<void> change(std::vector<Change> changes);
    base::Task<void> write(std::string key, std::string value);
    base::Task<void> remove(std::string key);
    base::Task<void> activate(std::string name, std::map<std::string, std::string> values,
                              FormerNames former = FormerNames::expire);
    base::Task<void> rename(std::string old_name, std::string new_name);
    base::Task<void> set_aside(std::string key);

    // What changes at a key and below it from now on, as far as this engine is told.
    virtual std::shared_ptr<Watch> watch(std::string prefix) = 0;
    // Does not wait. Throws LeaseHeld when another has it, with what to do. `owner` is what he is
    // told then.
    virtual base::Task<std::shared_ptr<Lease>> acquire(std::string name, std::string owner) = 0;

    // Makes the store itself again, with the passphrase it had, where somebody has removed it:
    // true then. One that was exchanged for another is used with its own passphrase from now on.
    virtual base::Task<bool> restore() = 0;

    // The passphrase of account and staged keys: the 48 octets of md_store.json.
    virtual const base::Secret& passphrase() const = 0;
};

}  // namespace md::store
