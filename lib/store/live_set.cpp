// SPDX-License-Identifier: Apache-2.0
#include "store/live_set.hpp"

#include "base/log.hpp"
#include "store/access.hpp"
#include "store/file_batch.hpp"
#include "store/layout.hpp"
#include "store/stand_in.hpp"

#include <algorithm>

namespace md::store {
namespace {

constexpr std::size_t kept_archives = 10;

std::string scratch_of(const std::string& name) {
    return "tmp/" + name;
}

std::string parked_key(const std::string& name) {
    return scratch_of(name) + "/staged";
}

bool is_number(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<unsigned> archived(const FileTree& tree, const std::string& name) {
    std::vector<unsigned> numbers;
    for (const std::string& entry : tree.names("archive"))
        if (auto number = archive_number(entry, name))
            numbers.push_back(*number);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::string next_archive_key(const FileTree& tree, const std::string& name) {
    std::vector<unsigned> numbers = archived(tree, name);
    return archive_key(name, numbers.empty() ? 1 : numbers.back() + 1);
}

void archive(FileTree& tree, const std::string& name, const std::string& former) {
    std::string key = next_archive_key(tree, name);
    // A name of 252 characters and more leaves no room for large numbers.
    if (is_safe_key(key))
        tree.move(former, key);
    else
        tree.remove(former);
}

void prune(FileTree& tree, const std::string& name) {
    std::vector<unsigned> numbers = archived(tree, name);
    for (std::size_t i = 0; i + kept_archives < numbers.size(); ++i)
        tree.remove(archive_key(name, numbers[i]));
}

// For file systems that cannot exchange: domains/NAME is gone for a moment.
void replace_in_two_steps(FileTree& tree, const std::string& name, const std::string& complete) {
    std::string live = domain_key(name);
    std::string former = next_archive_key(tree, name);
    if (tree.is_stand_in(live))  // a former name of another MD, and one of its own again
        former = scratch_of(name) + "/link";
    tree.move(live, former);
    try {
        tree.move(complete, live);
    } catch (const base::Error&) {
        tree.move(former, live);
        throw;
    }
}

// The step that counts. Syncing it is left to the caller: a set that is live stays live.
void switch_to(FileTree& tree, const std::string& name, const std::string& complete) {
    std::string live = domain_key(name);
    if (!tree.exists(live))
        tree.move_unsynced(complete, live);
    else if (!tree.exchange(complete, live))
        replace_in_two_steps(tree, name, complete);
}

void park_staging(FileTree& tree, const std::string& name) {
    if (tree.exists(staging_key(name)) && !tree.exists(parked_key(name)))
        tree.move(staging_key(name), parked_key(name));
}

void unpark_staging(FileTree& tree, const std::string& name) {
    if (tree.exists(parked_key(name)) && !tree.exists(staging_key(name)))
        tree.move(parked_key(name), staging_key(name));
}

// The sets of tmp/NAME: those that were live once, or those past the point of no return that never
// were.
std::vector<std::string> sets(const FileTree& tree, const std::string& name, bool were_live) {
    std::vector<std::string> keys;
    for (const std::string& entry : tree.names(scratch_of(name))) {
        std::string key = scratch_of(name) + "/" + entry;
        if (is_number(entry) && tree.is_folder(key) &&
            (std::to_string(tree.inode(key)) != entry) == were_live)
            keys.push_back(key);
    }
    return keys;
}

// After the switch: the former set to the archive, staging out of the way.
void tidy_up(FileTree& tree, const std::string& name) {
    tree.sync_folder("domains");
    if (tree.exists(scratch_of(name)))
        tree.sync_folder(scratch_of(name));
    for (const std::string& former : sets(tree, name, true))
        archive(tree, name, former);
    prune(tree, name);
    tree.drop(scratch_of(name));
}

// What an activation that failed left behind, when the next one begins. Former live sets stay until
// they can be archived.
void discard_unfinished(FileTree& tree, const std::string& name) {
    for (const std::string& unused : sets(tree, name, false)) {
        unpark_staging(tree, name);
        tree.remove(unused);
    }
    tree.drop(scratch_of(name) + "/part");
    tree.drop(parked_key(name));
    if (tree.names(scratch_of(name)).empty())
        tree.drop(scratch_of(name));
}

void complete_interrupted(FileTree& tree, const std::string& name) {
    for (const std::string& complete : sets(tree, name, false)) {
        park_staging(tree, name);
        switch_to(tree, name, complete);
    }
    tidy_up(tree, name);
}

std::string build(FileTree& tree, const std::string& name,
                  const std::map<std::string, std::string>& values, FormerNames former) {
    std::string part = scratch_of(name) + "/part";
    tree.make_folder(part);
    for (const auto& [file, value] : values)
        tree.write_new(part + "/" + file, value);
    keep_file_names(tree, name, part, values, former);
    keep_access(tree, name, domain_key(name), part, values);
    tree.sync_folder(part);
    // The staged attempt and the former set will lie in there for a moment.
    tree.sync_folder("tmp");
    std::string complete = scratch_of(name) + "/" + std::to_string(tree.inode(part));
    tree.move_unsynced(part, complete);
    return complete;
}

}  // namespace

void activate_set(FileTree& tree, const std::string& name,
                  const std::map<std::string, std::string>& values, FormerNames former) {
    discard_unfinished(tree, name);
    const timespec former_made = set_made(tree, domain_key(name));
    try {
        std::string complete = build(tree, name, values, former);
        park_staging(tree, name);
        switch_to(tree, name, complete);
    } catch (const base::Error&) {
        discard_unfinished(tree, name);
        throw;
    }
    try {
        tidy_up(tree, name);
        drop_old_names(tree, name, former, former_made);
    } catch (const base::Error& error) {
        log::warn("the former certificate was not archived", log::kv("domain", name),
                  log::kv("reason", error.what()));
    }
}

void retire_set(FileTree& tree, const std::string& name) {
    std::string key = next_archive_key(tree, name);
    if (!is_safe_key(key))
        throw base::Error("the archive has no room for the name " + name);
    tree.move(domain_key(name), key);
    drop_former_names(tree, name);
    tree.drop(staging_key(name));
}

void complete_interrupted_sets(FileTree& tree) {
    for (const std::string& name : tree.names("tmp")) {
        if (is_batch(name))
            continue;
        try {
            if (is_safe_component(name) && !name.starts_with('.') &&
                tree.is_folder(scratch_of(name)))
                complete_interrupted(tree, name);
            else
                tree.drop(scratch_of(name));
        } catch (const base::Error& error) {
            log::warn("an interrupted activation was not completed", log::kv("domain", name),
                      log::kv("reason", error.what()));
        }
    }
}

}  // namespace md::store
