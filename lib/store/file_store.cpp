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

// Many more than there are threads: two MDs that are at work seldom share one.
constexpr std::size_t queue_count = 64;

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

StoreHeader prepared(FileTree& tree, Unfinished& unfinished) {
    make_directories(tree.root());
    require_own_folders(tree.root());
    for (const char* group : groups)
        tree.make_folder(group);
    auto text = tree.read(std::string(header_key));
    StoreHeader header = text ? checked_header(tree, *text) : first_header(tree);
    bring_up_to_date(tree, header);
    unfinished = complete_interrupted_batches(tree);
    complete_interrupted_sets(tree);
    return header;
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

struct CommitResult {
    std::optional<Conflict> conflict;
    std::vector<Notice> notices;
};

// Where else than at single values something changed.
std::vector<std::string> places_of(const Change& change) {
    if (const auto* remove = std::get_if<Remove>(&change))
        return {remove->key};
    if (const auto* set = std::get_if<Activate>(&change))
        return {domain_key(set->name), staging_key(set->name)};
    if (const auto* rename = std::get_if<Rename>(&change))
        return {domain_key(rename->from), staging_key(rename->from), domain_key(rename->to),
                staging_key(rename->to)};
    if (const auto* aside = std::get_if<SetAside>(&change))
        return {aside->key};
    if (const auto* retire = std::get_if<Retire>(&change))
        return {domain_key(retire->name), staging_key(retire->name)};
    return {};
}

std::vector<Notice> notices_of(const FileTree& tree, const Batch& batch) {
    std::vector<Notice> notices;
    for (const Change& change : batch.changes) {
        if (const auto* put = std::get_if<Put>(&change))
            notices.push_back({put->key, revision_of(tree, put->key, put->value)});
        for (std::string& place : places_of(change))
            notices.push_back({std::move(place), std::nullopt});
    }
    return notices;
}

}  // namespace

FileStore::FileStore(std::string directory, base::asio::thread_pool& io_pool)
    : directory_(std::move(directory)), tree_(tree_at(directory_)), pool_(io_pool) {
    for (std::size_t i = 0; i < queue_count; ++i)
        queues_.push_back(std::make_unique<Queue>(Strand(io_pool.get_executor())));
}

// Before anything else is asked of it.
base::Task<void> FileStore::prepare() {
    Unfinished unfinished;
    auto work = [this, &unfinished] {
        require_own_place(directory_);
        tree_ = tree_at(directory_);  // it may have been made meanwhile
        return prepared(tree_, unfinished);
    };
    StoreHeader header = co_await base::on_pool(pool_, work);
    for (auto& [name, lists] : unfinished)
        queue_of(name).unfinished[name] = std::move(lists);
    passphrase_ = std::move(header.key);
    access_ = Access::read_write;
}

base::Task<std::unique_ptr<FileStore>> FileStore::open(std::string directory,
                                                       base::asio::thread_pool& io_pool) {
    auto store = std::make_unique<FileStore>(directory, io_pool);
    co_await store->prepare();
    co_return store;
}

base::Task<std::unique_ptr<FileStore>> FileStore::open_read_only(std::string directory,
                                                                 base::asio::thread_pool& io_pool) {
    auto store = std::make_unique<FileStore>(directory, io_pool);
    auto work = [&tree = store->tree_] { return tree.read(std::string(header_key)); };
    std::optional<std::string> text = co_await base::on_pool(io_pool, work);
    if (!text)
        co_return nullptr;
    StoreHeader header = checked_header(store->tree_, *text);
    store->passphrase_ = std::move(header.key);
    co_return store;
}

FileStore::Queue& FileStore::queue_of(std::string_view name) const {
    return *queues_[std::hash<std::string_view>{}(name) % queues_.size()];
}

const FileStore::Strand& FileStore::strand_of(std::string_view key) const {
    return queue_of(name_in(key)).strand;
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

void FileStore::require_size(std::string_view key, const std::string& value) const {
    if (value.size() > largest_value)
        throw base::Error("cannot write " + tree_.path(key) + ": it is larger than 4 MiB");
}

std::string FileStore::require_sound(const Batch& batch) const {
    std::string name;
    try {
        name = name_of_all(batch);
    } catch (const base::Error& error) {
        throw base::Error(std::string(error.what()) + " (" + tree_.root() + ")");
    }
    for (const Change& change : batch.changes) {
        if (const auto* put = std::get_if<Put>(&change))
            require_size(put->key, put->value);
        if (const auto* set = std::get_if<Activate>(&change))
            for (const auto& [file, value] : set->values)
                require_size(domain_key(set->name, file), value);
    }
    if (access_ == Access::read_only)
        throw base::Error("cannot change " + tree_.path(name) + ": opened for reading only");
    return name;
}

void FileStore::require_lease(const std::string& token) const {
    if (token.empty())
        return;
    auto lease = lease_.lock();
    if (!lease || lease->token() != token)
        throw LeaseLost("the lease of the store " + tree_.root() + " was given back");
    try {
        lease->take_again();
    } catch (const LeaseHeld& held) {
        throw LeaseLost(held.what());
    }
}

base::Task<std::optional<std::string>> FileStore::read(std::string key) {
    require_safe(key);
    auto work = [this, key] { return tree_.read(key); };
    co_return co_await base::on_executor(strand_of(key), work);
}

base::Task<StoredValue> FileStore::look_up(std::string key) {
    require_safe(key);
    auto work = [this, key] { return store::look_up(tree_, key); };
    co_return co_await base::on_executor(strand_of(key), work);
}

std::optional<std::string> FileStore::read_now(const std::string& key) const {
    require_safe(key);
    return tree_.read(key);
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
    co_return co_await base::on_executor(queue_of({}).strand, work);
}

base::Task<std::vector<std::string>> FileStore::stand_ins(std::string name) {
    require_safe(name);
    auto work = [this, name] { return stand_ins_of(tree_, name); };
    co_return co_await base::on_executor(queue_of(name).strand, work);
}

base::Task<std::multimap<std::string, std::string>> FileStore::former_names() {
    auto work = [this] { return store::former_names(tree_); };
    co_return co_await base::on_executor(queue_of({}).strand, work);
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
    std::optional<StoreHeader> found = co_await base::on_executor(queue_of({}).strand, work);
    if (found && found->key.reveal() != passphrase_.reveal())
        passphrase_ = std::move(found->key);
    co_return !found;
}

// The queue is that of the name; of Rename, of the old one.
base::Task<std::optional<Conflict>> FileStore::commit(Batch batch) {
    auto kept = std::make_shared<base::Wiped<Batch>>(std::move(batch));
    const std::string name = require_sound(**kept);
    require_lease((*kept)->lease);
    Queue& queue = queue_of(name);
    auto work = [this, name, kept, &queue] {
        CommitResult result;
        result.conflict = store::commit(tree_, name, **kept, queue.unfinished);
        if (!result.conflict)
            result.notices = notices_of(tree_, **kept);
        return result;
    };
    CommitResult result = co_await base::on_executor(queue.strand, work);
    for (const Notice& notice : result.notices)
        watches_.tell(notice);
    co_return std::move(result.conflict);
}

base::Task<std::shared_ptr<Lease>> FileStore::acquire(std::string, std::string owner) {
    auto work = [this, owner] {
        return std::make_shared<FileLease>(acquire_lease(directory_, owner));
    };
    auto lease = co_await base::on_pool(pool_, work);
    co_await prepare();
    lease_ = lease;
    co_return lease;
}

}  // namespace md::store
