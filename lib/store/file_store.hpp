// SPDX-License-Identifier: Apache-2.0
// The store as files: mod_md's directory layout, version 3. Operations run on a pool, so that fsync
// never stalls the network thread, and side by side where they are of different MDs, so that the
// disk makes many of them durable in one go. A crash at any point leaves either the state before an
// operation or the one after it, or something open() completes.
#pragma once

#include "store/file_tree.hpp"
#include "store/store.hpp"

#include <boost/asio/strand.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace md::store {

class FileStore final : public Store {
public:
    // For the holder of the lease (store/lease.hpp) alone: makes the tree and md_store.json when
    // they are absent, brings an older version up to 3, completes what a crash interrupted. Throws
    // base::Error when md_store.json is damaged or too new, SystemError naming the path otherwise.
    static base::Task<std::unique_ptr<FileStore>> open(std::string directory,
                                                       base::asio::thread_pool& io_pool);
    // To look at, beside a writer or without one: changes nothing, and everything that would
    // throws. nullptr when there is no store.
    static base::Task<std::unique_ptr<FileStore>> open_read_only(std::string directory,
                                                                 base::asio::thread_pool& io_pool);

    base::Task<std::optional<std::string>> read(std::string key) override;
    // The same at once, on the calling thread: for what is asked seldom and answered synchronously.
    std::optional<std::string> read_now(const std::string& key) const;
    base::Task<void> write(std::string key, std::string value) override;
    base::Task<void> update(std::string key, Change change) override;
    base::Task<std::vector<std::string>> list(std::string prefix) override;
    base::Task<std::vector<std::optional<std::string>>> versions(
        std::vector<std::string> prefixes) override;
    base::Task<std::vector<std::string>> stand_ins(std::string name) override;
    base::Task<std::multimap<std::string, std::string>> former_names() override;
    base::Task<void> remove(std::string key) override;
    base::Task<void> activate(std::string name, std::map<std::string, std::string> values,
                              FormerNames former = FormerNames::expire) override;
    base::Task<void> rename(std::string old_name, std::string new_name) override;
    base::Task<void> set_aside(std::string key) override;
    base::Task<bool> restore() override;
    // Takes a live set out of use: domains/NAME goes to the archive, whose key is returned, and
    // staging/NAME away.
    base::Task<std::string> retire(std::string name);
    const base::Secret& passphrase() const override { return passphrase_; }

    const std::string& directory() const { return tree_.root(); }

private:
    enum class Access { read_only, read_write };
    using Strand = base::asio::strand<base::asio::thread_pool::executor_type>;
    FileStore(FileTree tree, base::Secret passphrase, Access access, base::asio::thread_pool& pool);
    // Where the operations of one MD queue: by NAME in "domains/NAME/FILE", "staging/NAME", ...
    const Strand& strand_of(std::string_view key) const;
    const Strand& strand_of_name(std::string_view name) const;
    void require_safe(std::string_view key) const;
    void require_writable(std::string_view key) const;
    void require_size(std::string_view key, std::size_t size) const;

    FileTree tree_;
    base::Secret passphrase_;
    Access access_;
    std::vector<Strand> strands_;
};

}  // namespace md::store
