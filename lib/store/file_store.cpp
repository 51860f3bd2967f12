// SPDX-License-Identifier: Apache-2.0
#include "store/file_store.hpp"

#include "base/log.hpp"
#include "base/wiped.hpp"
#include "store/layout.hpp"
#include "store/live_set.hpp"
#include "store/records.hpp"
#include "store/stand_in.hpp"
#include "store/trust.hpp"
#include "store/upgrade.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <sys/random.h>

namespace md::store {
namespace {

using Values = std::map<std::string, std::string>;

// Many more than there are threads: two MDs that are at work seldom share one.
constexpr std::size_t strand_count = 64;

constexpr std::array<const char*, 6> groups = {"accounts", "challenges", "domains",
                                               "staging",  "archive",    "tmp"};

FileTree tree_at(const std::string& directory) {
    if (directory.empty())
        throw base::Error("the store has no directory");
    auto absolute = std::filesystem::absolute(directory).lexically_normal();
    // A trailing slash is an empty last component.
    if (!absolute.has_filename())
        absolute = absolute.parent_path();
    // The folder itself may be a link (store/trust.hpp); from here on none is followed.
    std::error_code error;
    auto real = std::filesystem::canonical(absolute, error);
    return FileTree((error ? absolute : real).string());
}

StoreHeader new_header() {
    std::array<unsigned char, store_key_size> key{};
    for (std::size_t filled = 0; filled < key.size();) {
        ssize_t count = ::getrandom(key.data() + filled, key.size() - filled, 0);
        if (count < 0 && errno != EINTR)
            base::raise_errno("cannot get random octets");
        if (count > 0)
            filled += static_cast<std::size_t>(count);
    }
    StoreHeader header{store_version, base::Secret(base::BytesView(key))};
    base::wipe(key.data(), key.size());
    return header;
}

StoreHeader checked_header(const FileTree& tree, const std::string& text) {
    std::string path = tree.path(header_key);
    auto header = parse_header(text);
    if (!header)
        throw base::Error(path + " is damaged (" + header.error().why +
                          "): put it back from a backup, or move it away to start afresh, which "
                          "keeps the certificates and registers new accounts");
    if (header->version > store_version)
        throw base::Error(path + " has version " + std::to_string(header->version) +
                          ", written by a newer program: use that one, or another MDStoreDir");
    return *header;
}

StoreHeader first_header(FileTree& tree) {
    if (!tree.names("accounts").empty())
        log::warn("the store's key is lost, new accounts will be registered",
                  log::kv("path", tree.path(header_key)));
    StoreHeader header = new_header();
    tree.write(std::string(header_key), to_text(header));
    return header;
}

void bring_up_to_date(FileTree& tree, StoreHeader& header) {
    if (header.version >= store_version)
        return;
    if (header.version < 2.0)
        upgrade_files(tree);
    header.version = store_version;
    tree.write(std::string(header_key), to_text(header));
    log::info("the store was brought up to version 3", log::kv("path", tree.root()));
}

StoreHeader prepare(FileTree& tree) {
    make_directories(tree.root());
    require_own_folders(tree.root());
    for (const char* group : groups)
        tree.make_folder(group);
    auto text = tree.read(std::string(header_key));
    StoreHeader header = text ? checked_header(tree, *text) : first_header(tree);
    bring_up_to_date(tree, header);
    complete_interrupted_sets(tree);
    return header;
}

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

// A name that was given up holds nothing, whatever it leads to.
std::vector<std::string> names_below(const FileTree& tree, const std::string& prefix) {
    std::vector<std::string> names = tree.names(prefix);
    if (prefix == "domains")
        for (const std::string& link : tree.links(prefix))
            if (tree.is_stand_in(domain_key(link)) || tree.target(domain_key(link)) == link)
                std::erase(names, link);
    return names;
}

std::optional<std::string> readable(const FileTree& tree, const std::string& key) {
    try {
        return tree.read(key);
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

void set_key_aside(FileTree& tree, const std::string& key) {
    if (!tree.exists(key))
        return;
    auto name_begin = key.rfind('/') + 1;
    std::string aside = key.substr(0, name_begin) + damaged_name(key.substr(name_begin));
    tree.remove(aside);
    tree.move(key, aside);
}

}  // namespace

FileStore::FileStore(FileTree tree, base::Secret passphrase, Access access,
                     base::asio::thread_pool& pool)
    : tree_(std::move(tree)), passphrase_(std::move(passphrase)), access_(access) {
    for (std::size_t i = 0; i < strand_count; ++i)
        strands_.emplace_back(pool.get_executor());
}

base::Task<std::unique_ptr<FileStore>> FileStore::open(std::string directory,
                                                       base::asio::thread_pool& io_pool) {
    FileTree tree = tree_at(directory);
    auto work = [&tree, &directory] {
        require_own_place(directory);
        return prepare(tree);
    };
    StoreHeader header = co_await base::on_pool(io_pool, work);
    co_return std::unique_ptr<FileStore>(
        new FileStore(std::move(tree), std::move(header.key), Access::read_write, io_pool));
}

base::Task<std::unique_ptr<FileStore>> FileStore::open_read_only(std::string directory,
                                                                 base::asio::thread_pool& io_pool) {
    FileTree tree = tree_at(directory);
    auto work = [&tree] { return tree.read(std::string(header_key)); };
    std::optional<std::string> text = co_await base::on_pool(io_pool, work);
    if (!text)
        co_return nullptr;
    StoreHeader header = checked_header(tree, *text);
    co_return std::unique_ptr<FileStore>(
        new FileStore(std::move(tree), std::move(header.key), Access::read_only, io_pool));
}

const FileStore::Strand& FileStore::strand_of(std::string_view key) const {
    std::string_view name = key.substr(key.find('/') + 1);
    return strand_of_name(name.substr(0, name.find('/')));
}

const FileStore::Strand& FileStore::strand_of_name(std::string_view name) const {
    return strands_[std::hash<std::string_view>{}(name) % strands_.size()];
}

void FileStore::require_safe(std::string_view key) const {
    if (!is_safe_key(key))
        throw base::Error("not a key of the store " + tree_.root());
}

void FileStore::require_writable(std::string_view key) const {
    require_safe(key);
    if (access_ == Access::read_only)
        throw base::Error("cannot change " + tree_.path(key) + ": opened for reading only");
}

void FileStore::require_size(std::string_view key, std::size_t size) const {
    if (size > largest_value)
        throw base::Error("cannot write " + tree_.path(key) + ": it is larger than 4 MiB");
}

base::Task<std::optional<std::string>> FileStore::read(std::string key) {
    require_safe(key);
    auto work = [this, key] { return tree_.read(key); };
    co_return co_await base::on_executor(strand_of(key), work);
}

std::optional<std::string> FileStore::read_now(const std::string& key) const {
    require_safe(key);
    return tree_.read(key);
}

base::Task<void> FileStore::write(std::string key, std::string value) {
    auto kept = std::make_shared<base::Wiped<std::string>>(std::move(value));
    require_writable(key);
    require_size(key, (*kept)->size());
    auto work = [this, key, kept] { tree_.write(key, **kept); };
    co_await base::on_executor(strand_of(key), work);
}

base::Task<void> FileStore::update(std::string key, Change change) {
    require_writable(key);
    auto work = [this, key, change = std::move(change)] {
        auto value = change(readable(tree_, key));
        if (!value)
            return;
        require_size(key, value->size());
        tree_.write(key, *value);
    };
    co_await base::on_executor(strand_of(key), work);
}

base::Task<std::vector<std::string>> FileStore::list(std::string prefix) {
    if (!prefix.empty())
        require_safe(prefix);
    auto work = [this, prefix] { return names_below(tree_, prefix); };
    co_return co_await base::on_executor(strand_of(prefix), work);
}

base::Task<std::vector<std::optional<std::string>>> FileStore::versions(
    std::vector<std::string> prefixes) {
    for (const std::string& prefix : prefixes)
        require_safe(prefix);
    auto work = [this, prefixes = std::move(prefixes)] {
        std::vector<std::optional<std::string>> versions;
        for (const std::string& prefix : prefixes)
            versions.push_back(tree_.version(prefix));
        return versions;
    };
    co_return co_await base::on_executor(strand_of_name({}), work);
}

base::Task<std::vector<std::string>> FileStore::stand_ins(std::string name) {
    require_safe(name);
    auto work = [this, name] { return stand_ins_of(tree_, name); };
    co_return co_await base::on_executor(strand_of_name(name), work);
}

base::Task<std::multimap<std::string, std::string>> FileStore::former_names() {
    auto work = [this] { return store::former_names(tree_); };
    co_return co_await base::on_executor(strand_of_name({}), work);
}

base::Task<bool> FileStore::restore() {
    require_writable(header_key);
    auto work = [this] {
        auto text = tree_.read(std::string(header_key));
        if (!text)
            make_directories(tree_.root());
        require_own_folders(tree_.root());
        if (text)
            return std::optional(checked_header(tree_, *text));
        for (const char* group : groups)
            tree_.make_folder(group);
        tree_.write(std::string(header_key), to_text(StoreHeader{store_version, passphrase_}));
        return std::optional<StoreHeader>();
    };
    std::optional<StoreHeader> found = co_await base::on_executor(strand_of_name({}), work);
    if (found && found->key.reveal() != passphrase_.reveal())
        passphrase_ = std::move(found->key);
    co_return !found;
}

base::Task<void> FileStore::remove(std::string key) {
    require_writable(key);
    auto work = [this, key] { tree_.remove(key); };
    co_await base::on_executor(strand_of(key), work);
}

base::Task<void> FileStore::activate(std::string name, std::map<std::string, std::string> values,
                                     FormerNames former) {
    auto kept = std::make_shared<base::Wiped<Values>>(std::move(values));
    require_writable(name);
    for (const auto& [file, value] : **kept)
        if (!is_safe_component(name) || !is_safe_component(file) || value.size() > largest_value)
            throw base::Error("not a value of a set: " + tree_.path(domain_key(name, file)));
    auto work = [this, name, kept, former] { activate_set(tree_, name, **kept, former); };
    co_await base::on_executor(strand_of_name(name), work);
}

base::Task<void> FileStore::rename(std::string old_name, std::string new_name) {
    require_writable(old_name);
    require_writable(new_name);
    auto work = [this, old_name, new_name] { rename_domain(tree_, old_name, new_name); };
    co_await base::on_executor(strand_of_name(old_name), work);
}

base::Task<std::string> FileStore::retire(std::string name) {
    require_writable(domain_key(name));
    auto work = [this, name] { return retire_set(tree_, name); };
    co_return co_await base::on_executor(strand_of_name(name), work);
}

base::Task<void> FileStore::set_aside(std::string key) {
    require_writable(key);
    auto work = [this, key] { set_key_aside(tree_, key); };
    co_await base::on_executor(strand_of(key), work);
}

}  // namespace md::store
