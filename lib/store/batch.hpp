// SPDX-License-Identifier: Apache-2.0
// Changes of a store as values: what a commit does, and on which conditions (store.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace md::store {

// Tells the states of a key apart. Opaque: compared, and expected of a commit.
class Revision {
public:
    Revision() = default;
    explicit Revision(std::string text) : text_(std::move(text)) {}
    // Of every key that holds no value.
    static Revision absent() { return {}; }

    // Between an engine and itself.
    const std::string& text() const { return text_; }
    bool operator==(const Revision&) const = default;

private:
    std::string text_;
};

struct StoredValue {
    std::optional<std::string> value;  // nullopt: absent
    Revision revision;
};

// The value is to be this one, whole; missing parents come into being.
struct Put {
    std::string key;
    std::string value;
};

// A value, or everything below a prefix, disappears at once. Absent is fine.
struct Remove {
    std::string key;
};

// What becomes of the names that servers had for files of the former set (Store::stand_ins) when
// another becomes live: they go where their time is over, or stay, since nobody was told yet.
enum class FormerNames { expire, stay };

// The values (file name -> content) become the live set domains/NAME in one step, staging/NAME
// goes, and the former set is archived (archive/NAME.N, N ever growing, the last 10 kept). The set
// is exactly these values: what shall stay of the former one is passed again. Once the new set is
// live the commit succeeds, even where the former one could not be archived.
struct Activate {
    std::string name;
    std::map<std::string, std::string> values;
    FormerNames former = FormerNames::expire;
};

// domains/ and staging/ FROM become TO. domains/TO must be absent where domains/FROM is not; where
// that is absent, staging/FROM replaces a staging/TO. Interrupted between the two, the same commit
// completes it. The archive keeps the old name. For servers, where they read files, the old name
// leads to the new one for a while.
struct Rename {
    std::string from, to;
};

// domains/NAME or a value goes aside as NAME.damaged (a former one is replaced). Absent: fine.
struct SetAside {
    std::string key;
};

// A live set goes out of use: domains/NAME to the archive, and staging/NAME away.
struct Retire {
    std::string name;
};

using Change = std::variant<Put, Remove, Activate, Rename, SetAside, Retire>;

// Puts and removes of one name, in this order, or one change of the other kinds. The name of a key
// is its second component ("a.org" in "domains/a.org/md.json"); of Rename, the old one.
struct Batch {
    std::vector<Change> changes;
    // What is true of these keys, of the same name, when the changes are made.
    std::map<std::string, Revision> expected;
    // The token of the lease under which this is done; "": whoever has it.
    std::string lease;
};

// The first key that is not what was expected of it.
struct Conflict {
    std::string key;
};

inline Batch batch_of(Change change) {
    Batch batch;
    batch.changes.push_back(std::move(change));
    return batch;
}
// Writes what was made of a value that was read with this revision.
Batch put_if_still(const Revision& read, std::string key, std::string value);

// "a.org" of "domains/a.org/md.json"; of a key with one component, that.
std::string_view name_in(std::string_view key);
// Of all that it changes. Throws base::Error where that is no single name, a key is unsafe, or
// changes are combined that cannot be.
std::string name_of_all(const Batch& batch);

// The values in it may be keys.
void wipe_text(Batch& batch) noexcept;

}  // namespace md::store
