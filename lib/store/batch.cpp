// SPDX-License-Identifier: Apache-2.0
#include "store/batch.hpp"

#include "base/error.hpp"
#include "base/wiped.hpp"
#include "store/layout.hpp"

#include <algorithm>

namespace md::store {
namespace {

// The keys that a change is about; all have to be safe.
struct KeysOf {
    using Keys = std::vector<std::string>;

    Keys operator()(const Put& put) const { return {put.key}; }
    Keys operator()(const Remove& remove) const { return {remove.key}; }
    Keys operator()(const SetAside& aside) const { return {aside.key}; }
    Keys operator()(const Retire& retire) const { return {domain_key(retire.name)}; }
    // The new name is none of those that wait for each other.
    Keys operator()(const Rename& rename) const { return {domain_key(rename.from)}; }
    Keys operator()(const Activate& activate) const {
        Keys keys{domain_key(activate.name)};
        for (const auto& [file, value] : activate.values)
            keys.push_back(domain_key(activate.name, file));
        return keys;
    }
};

bool is_single_component(const Change& change) {
    if (const auto* rename = std::get_if<Rename>(&change))
        return is_safe_component(rename->from) && is_safe_component(rename->to);
    if (const auto* retire = std::get_if<Retire>(&change))
        return is_safe_component(retire->name);
    const auto* activate = std::get_if<Activate>(&change);
    return activate == nullptr ||
           (is_safe_component(activate->name) &&
            std::all_of(activate->values.begin(), activate->values.end(),
                        [](const auto& value) { return is_safe_component(value.first); }));
}

bool may_be_combined(const Change& change) {
    return std::holds_alternative<Put>(change) || std::holds_alternative<Remove>(change);
}

}  // namespace

Batch put_if_still(const Revision& read, std::string key, std::string value) {
    Batch batch;
    batch.expected.emplace(key, read);
    batch.changes.push_back(Put{std::move(key), std::move(value)});
    return batch;
}

std::string_view name_in(std::string_view key) {
    std::string_view name = key.substr(key.find('/') + 1);
    return name.substr(0, name.find('/'));
}

std::string name_of_all(const Batch& batch) {
    std::optional<std::string> name;
    auto take = [&name](const std::string& key) {
        if (!is_safe_key(key))
            throw base::Error("not a key of a store");
        if (name.value_or(std::string(name_in(key))) != name_in(key))
            throw base::Error("a commit is of one name, not of " + *name + " and " + key);
        name = name_in(key);
    };
    for (const Change& change : batch.changes) {
        if (!is_single_component(change))
            throw base::Error("not a name of a store");
        if (batch.changes.size() > 1 && !may_be_combined(change))
            throw base::Error("this change is a commit of its own");
        for (const std::string& key : std::visit(KeysOf(), change))
            take(key);
    }
    for (const auto& [key, revision] : batch.expected)
        take(key);
    return name.value_or("");
}

void wipe_text(Batch& batch) noexcept {
    for (Change& change : batch.changes) {
        if (auto* put = std::get_if<Put>(&change))
            base::wipe_text(put->value);
        else if (auto* activate = std::get_if<Activate>(&change))
            base::wipe_text(activate->values);
    }
}

}  // namespace md::store
