// SPDX-License-Identifier: Apache-2.0
#include "store/stand_in.hpp"

#include "base/log.hpp"
#include "store/layout.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace md::store {
namespace {

bool is_before(const timespec& one, const timespec& other) {
    return one.tv_sec != other.tv_sec ? one.tv_sec < other.tv_sec : one.tv_nsec < other.tv_nsec;
}

bool is_of_servers(const std::string& file) {
    return is_private_key_file(file) || is_certificate_file(file);
}

bool same_kind(const std::string& one, const std::string& other) {
    return is_private_key_file(one) == is_private_key_file(other) && is_of_servers(other);
}

// Of the new files the one for this name; for a key and its certificate of the same type.
std::string heir_of_file(const std::string& file,
                         const std::map<std::string, std::string>& values) {
    const model::KeySpec rsa;
    const std::string usual =
        is_private_key_file(file) ? private_key_file(rsa) : certificate_file(rsa);
    if (values.contains(usual))
        return usual;
    for (const auto& [other, value] : values)
        if (same_kind(file, other))
            return other;
    return "";
}

// A link is as old as the change that it is for.
void keep_age(const FileTree& tree, const std::string& key, const timespec& made) {
    const timespec times[2] = {made, made};
    Descriptor folder = way_to(tree.root(), parent_of(key));
    ::utimensat(folder.get(), name_of(key).c_str(), times, AT_SYMLINK_NOFOLLOW);
}

}  // namespace

void move_leaving_link(FileTree& tree, const std::string& old_name, const std::string& new_name) {
    const std::string from = domain_key(old_name), to = domain_key(new_name);
    // In the place of the folder there is always something that leads to it: they change places.
    if (!tree.exists(to))
        tree.link_new(to, new_name);
    if (!tree.exchange(from, to)) {
        tree.remove(to);
        tree.move(from, to);
    }
    if (tree.target(from) != new_name)
        tree.link(from, new_name);
    for (const std::string& other : tree.links("domains"))
        if (other != old_name && tree.target(domain_key(other)) == old_name)
            tree.link(domain_key(other), new_name);
    tree.sync_folder("domains");
}

timespec set_made(const FileTree& tree, const std::string& set) {
    timespec made{};
    struct stat status {};
    for (const std::string& file : tree.names(set))
        if (is_certificate_file(file) && tree.look(set + "/" + file, status) &&
            S_ISREG(status.st_mode) && is_before(made, status.st_mtim))
            made = status.st_mtim;
    return made;
}

void keep_file_names(FileTree& tree, const std::string& name, const std::string& built,
                     const std::map<std::string, std::string>& values, FormerNames former) {
    const std::string live = domain_key(name);
    if (!tree.is_folder(live))
        return;
    const timespec made = set_made(tree, live);
    for (const std::string& file : tree.names(live)) {
        struct stat status {};
        const std::string heir = heir_of_file(file, values);
        if (!is_of_servers(file) || values.contains(file) || heir.empty() ||
            !tree.look(live + "/" + file, status))
            continue;
        const bool was_link = tree.is_stand_in(live + "/" + file);
        const bool is_over = former == FormerNames::expire && is_before(status.st_mtim, made);
        if (was_link ? is_over : !S_ISREG(status.st_mode)) {
            log::warn("a file that was replaced is gone now", log::kv("domain", name),
                      log::kv("path", tree.path(live + "/" + file)));
            continue;
        }
        tree.link_new(built + "/" + file, heir);
        if (was_link)
            keep_age(tree, built + "/" + file, status.st_mtim);
        log::warn(
            "servers that read this file have to be told of the one that replaces it: it "
            "leads there for one more renewal",
            log::kv("domain", name), log::kv("path", tree.path(live + "/" + file)),
            log::kv("replaced_by", heir));
    }
}

void drop_former_names(FileTree& tree, const std::string& name) {
    for (const std::string& other : tree.links("domains")) {
        const std::string key = domain_key(other);
        if (tree.is_stand_in(key) && tree.target(key) == name)
            tree.remove(key);
    }
}

void drop_old_names(FileTree& tree, const std::string& name, FormerNames former,
                    const timespec& former_made) {
    for (const std::string& other : tree.links("domains")) {
        const std::string key = domain_key(other);
        struct stat status {};
        if (!tree.is_stand_in(key) || tree.target(key) != name || !tree.look(key, status))
            continue;
        const bool is_over =
            former == FormerNames::expire && is_before(status.st_mtim, former_made);
        if (is_over)
            tree.remove(key);
        log::warn(is_over ? "the former folder of a managed domain is gone now"
                          : "servers that read this folder have to be told of the one that "
                            "replaces it: it leads there for one more renewal",
                  log::kv("domain", name), log::kv("path", tree.path(key)));
    }
}

std::vector<std::string> stand_ins_of(const FileTree& tree, const std::string& name) {
    std::vector<std::string> files;
    for (const std::string& file : tree.links(domain_key(name)))
        if (is_of_servers(file) && tree.is_stand_in(domain_key(name, file)))
            files.push_back(file);
    return files;
}

std::multimap<std::string, std::string> former_names(const FileTree& tree) {
    std::multimap<std::string, std::string> names;
    for (const std::string& former : tree.links("domains"))
        if (tree.is_stand_in(domain_key(former)))
            names.emplace(tree.target(domain_key(former)), former);
    return names;
}

}  // namespace md::store
