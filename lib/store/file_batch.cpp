// SPDX-License-Identifier: Apache-2.0
#include "store/file_batch.hpp"

#include "base/fnv.hpp"
#include "base/log.hpp"
#include "store/layout.hpp"
#include "store/live_set.hpp"
#include "store/stand_in.hpp"

#include <cstdint>
#include <utility>

namespace md::store {
namespace {

constexpr std::string_view batch_prefix = ".batch-";
constexpr std::string_view put_word = "put ", remove_word = "remove ";

void move_if_there(FileTree& tree, const std::string& from, const std::string& to) {
    if (!tree.exists(from))
        return;
    if (tree.exists(to))
        throw base::Error("cannot move " + tree.path(from) + ": " + tree.path(to) + " exists");
    tree.move(from, to);
}

// What a name has that was given up, or is being moved to.
bool is_free(const FileTree& tree, const std::string& key) {
    std::string target = tree.target(key);
    return !tree.exists(key) || (!target.empty() && target.find('/') == std::string::npos);
}

// Staging first: as long as domains/OLD is there, whoever was interrupted calls this again.
void rename_domain(FileTree& tree, const std::string& old_name, const std::string& new_name) {
    const std::string staged = staging_key(new_name);
    // What was begun for a name that never held anything is less than what comes.
    if (tree.exists(staging_key(old_name)) && is_free(tree, domain_key(new_name)))
        tree.remove(staged);
    move_if_there(tree, staging_key(old_name), staged);
    if (!tree.is_folder(domain_key(old_name)))
        return;
    if (!is_free(tree, domain_key(new_name)))
        throw base::Error("cannot move " + tree.path(domain_key(old_name)) + ": " +
                          tree.path(domain_key(new_name)) + " exists");
    move_leaving_link(tree, old_name, new_name);
}

void set_key_aside(FileTree& tree, const std::string& key) {
    if (!tree.exists(key))
        return;
    auto name_begin = key.rfind('/') + 1;
    std::string aside = key.substr(0, name_begin) + damaged_name(key.substr(name_begin));
    tree.remove(aside);
    tree.move(key, aside);
}

struct MakeChange {
    FileTree& tree;

    void operator()(const Put& put) const { tree.write(put.key, put.value); }
    void operator()(const Remove& remove) const { tree.remove(remove.key); }
    void operator()(const Activate& set) const {
        activate_set(tree, set.name, set.values, set.former);
    }
    void operator()(const Rename& rename) const { rename_domain(tree, rename.from, rename.to); }
    void operator()(const SetAside& aside) const { set_key_aside(tree, aside.key); }
    void operator()(const Retire& retire) const { retire_set(tree, retire.name); }
};

// The value of the n-th line; its file name decides its mode.
std::string part_key(const std::string& list, std::size_t line, const std::string& key) {
    return list + "/" + std::to_string(line) + "/" + name_of(key);
}

std::string lines_key(const std::string& list) {
    return list + "/changes";
}

void write_part(FileTree& tree, const std::string& part, const Put& put) {
    if (tree.is_folder(put.key))
        throw base::Error("cannot write " + tree.path(put.key) + ": it is a folder");
    tree.make_folder(std::string(parent_of(put.key)));
    tree.make_folder(std::string(parent_of(part)));
    tree.write_new(part, put.value);
    tree.sync_folder(std::string(parent_of(part)));
}

void write_lines(FileTree& tree, const std::string& list, const Batch& batch) {
    std::string lines;
    for (std::size_t i = 0; i < batch.changes.size(); ++i) {
        if (const auto* put = std::get_if<Put>(&batch.changes[i])) {
            write_part(tree, part_key(list, i, put->key), *put);
            lines += std::string(put_word) + put->key + "\n";
        } else {
            lines += std::string(remove_word) + std::get<Remove>(batch.changes[i]).key + "\n";
        }
    }
    tree.write_new(lines_key(list), lines);
    tree.sync_folder(list);
}

// Where all of it is written, on the disk.
std::string write_down(FileTree& tree, const Batch& batch) {
    tree.make_folder("tmp");
    std::string part, list;
    do {
        part = tree.scratch_key();
        list = "tmp/" + std::string(batch_prefix) + part.substr(part.rfind('-') + 1);
    } while (tree.exists(list));
    try {
        tree.make_folder(part);
        write_lines(tree, part, batch);
        tree.move_unsynced(part, list);
    } catch (const base::Error&) {
        tree.drop(part);
        throw;
    }
    return list;
}

void carry_out_line(FileTree& tree, const std::string& list, std::size_t number,
                    const std::string& line) {
    if (line.starts_with(remove_word)) {
        tree.remove(line.substr(remove_word.size()));
    } else if (line.starts_with(put_word)) {
        const std::string key = line.substr(put_word.size());
        const std::string part = part_key(list, number, key);
        if (tree.exists(part))  // or that was done before it was interrupted
            tree.move(part, key);
    }
}

std::vector<std::string> lines_of(const FileTree& tree, const std::string& list) {
    std::vector<std::string> lines;
    std::string text = tree.read(lines_key(list)).value_or("");
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1)
        lines.push_back(text.substr(begin, end - begin));
    return lines;
}

std::string name_of_line(const std::string& line) {
    return std::string(name_in(line.substr(line.find(' ') + 1)));
}

void carry_out(FileTree& tree, const std::string& list) {
    tree.sync_folder("tmp");
    const std::vector<std::string> lines = lines_of(tree, list);
    for (std::size_t i = 0; i < lines.size(); ++i)
        carry_out_line(tree, list, i, lines[i]);
    tree.remove(list);
}

void finish(FileTree& tree, const std::string& name, Unfinished& unfinished) {
    auto found = unfinished.find(name);
    if (found == unfinished.end())
        return;
    std::vector<std::string>& lists = found->second;
    for (; !lists.empty(); lists.erase(lists.begin()))
        carry_out(tree, lists.front());
    unfinished.erase(found);
}

// A new set takes the place of all that lists of its name are about.
void finish_or_drop(FileTree& tree, const std::string& name, Unfinished& unfinished) {
    try {
        finish(tree, name, unfinished);
    } catch (const base::Error& error) {
        log::warn("an interrupted change was not completed", log::kv("domain", name),
                  log::kv("reason", error.what()));
        for (const std::string& list : unfinished[name])
            tree.remove(list);
        unfinished.erase(name);
    }
}

Revision revision_from(std::uint64_t identity, const std::string& value) {
    return Revision(std::to_string(base::Fnv().add(identity).add(value).value()));
}

}  // namespace

Revision revision_of(const FileTree& tree, const std::string& key, const std::string& value) {
    return revision_from(tree.identity(key), value);
}

StoredValue look_up(const FileTree& tree, const std::string& key) {
    // Looked at first: where somebody else changes it meanwhile, this is the revision of no value.
    const std::uint64_t identity = tree.identity(key);
    StoredValue found{tree.read(key), Revision::absent()};
    if (found.value)
        found.revision = revision_from(identity, *found.value);
    return found;
}

std::optional<Conflict> commit(FileTree& tree, const std::string& name, const Batch& batch,
                               Unfinished& unfinished) {
    if (!batch.changes.empty() && std::holds_alternative<Activate>(batch.changes.front()))
        finish_or_drop(tree, name, unfinished);
    else
        finish(tree, name, unfinished);
    for (const auto& [key, revision] : batch.expected)
        if (look_up(tree, key).revision != revision)
            return Conflict{key};
    if (batch.changes.size() > 1) {
        unfinished[name].push_back(write_down(tree, batch));
        finish(tree, name, unfinished);
    } else if (!batch.changes.empty()) {
        std::visit(MakeChange{tree}, batch.changes.front());
    }
    return std::nullopt;
}

bool is_batch(const std::string& entry) {
    return entry.starts_with(batch_prefix);
}

Unfinished complete_interrupted_batches(FileTree& tree) {
    Unfinished unfinished;
    for (const std::string& entry : tree.names("tmp")) {
        const std::string list = "tmp/" + entry;
        if (!is_batch(entry))
            continue;
        std::vector<std::string> lines;
        try {
            lines = lines_of(tree, list);
            carry_out(tree, list);
        } catch (const base::Error& error) {
            log::warn("an interrupted change was not completed", log::kv("path", tree.path(list)),
                      log::kv("reason", error.what()));
            if (!lines.empty())
                unfinished[name_of_line(lines.front())].push_back(list);
        }
    }
    return unfinished;
}

}  // namespace md::store
