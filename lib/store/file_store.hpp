// SPDX-License-Identifier: Apache-2.0
// The store as files: mod_md's directory layout, version 3. Operations run on a pool, so that fsync
// never stalls the network thread, and side by side where they are of different MDs, so that the
// disk makes many of them durable in one go. A crash at any point leaves either the state before an
// operation or the one after it, or something open() completes.
#pragma once

#include "store/file_batch.hpp"
#include "store/file_tree.hpp"
#include "store/lease.hpp"
#include "store/store.hpp"

#include <boost/asio/strand.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace md::store {

class FileStore final : public Store {
public:
    // Touches nothing. It can be used once its lease is had: acquire() makes the tree and
    // md_store.json when they are absent, brings an older version up to 3, and completes what a
    // crash interrupted. That throws base::Error when md_store.json is damaged or too new,
    // SystemError naming the path otherwise.
    FileStore(std::string directory, base::asio::thread_pool& io_pool);
    // The same without a lease, for who holds it already.
    static base::Task<std::unique_ptr<FileStore>> open(std::string directory,
                                                       base::asio::thread_pool& io_pool);
    // To look at, beside a writer or without one: changes nothing, and everything that would
    // throws. nullptr when there is no store.
    static base::Task<std::unique_ptr<FileStore>> open_read_only(std::string directory,
                                                                 base::asio::thread_pool& io_pool);

    base::Task<std::optional<std::string>> read(std::string key) override;
    base::Task<StoredValue> look_up(std::string key) override;
    // The same at once, on the calling thread: for what is asked seldom and answered synchronously.
    std::optional<std::string> read_now(const std::string& key) const;
    base::Task<std::vector<std::string>> list(std::string prefix) override;
    base::Task<std::vector<std::optional<std::string>>> versions(
        std::vector<std::string> prefixes) override;
    base::Task<std::vector<std::string>> stand_ins(std::string name) override;
    base::Task<std::multimap<std::string, std::string>> former_names() override;
    base::Task<std::optional<Conflict>> commit(Batch batch) override;
    // Of this object's own commits.
    std::shared_ptr<Watch> watch(std::string prefix) override { return watches_.add(prefix); }
    // There is one of the whole store, whatever it is called.
    base::Task<std::shared_ptr<Lease>> acquire(std::string name, std::string owner) override;
    base::Task<bool> restore() override;
    const base::Secret& passphrase() const override { return passphrase_; }

    const std::string& directory() const { return tree_.root(); }

private:
    enum class Access { read_only, read_write };
    using Strand = base::asio::strand<base::asio::thread_pool::executor_type>;
    // Where the operations of one MD queue, and what one of them left to be completed by the next.
    struct Queue {
        explicit Queue(Strand its_strand) : strand(std::move(its_strand)) {}
        Strand strand;
        Unfinished unfinished;  // touched on the strand alone
    };
    base::Task<void> prepare();
    Queue& queue_of(std::string_view name) const;
    const Strand& strand_of(std::string_view key) const;
    void require_safe(std::string_view key) const;
    void require_writable(std::string_view key) const;
    void require_size(std::string_view key, const std::string& value) const;
    std::string require_sound(const Batch& batch) const;  // the name that it is of
    void require_lease(const std::string& token) const;

    std::string directory_;  // as configured
    FileTree tree_;
    base::Secret passphrase_;
    Access access_ = Access::read_only;
    base::asio::thread_pool& pool_;
    std::vector<std::unique_ptr<Queue>> queues_;
    std::weak_ptr<FileLease> lease_;
    Watches watches_;
};

}  // namespace md::store
