// SPDX-License-Identifier: Apache-2.0
// One writer per store: an exclusive lock on MDSTORE/store.lock, which also says who holds it. The
// kernel releases it when the process ends, however it ends. mod_md's MDStoreLocks uses the same
// file and kind of lock.
#pragma once

#include "base/descriptor.hpp"
#include "store/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace md::store {

// The lock, held as long as this is there. Of the network thread.
class FileLease final : public Lease {
public:
    FileLease(FileLease&&) noexcept = default;
    FileLease& operator=(FileLease&&) noexcept = default;
    ~FileLease() override;

    // Its file is still the store's lock. Where it was removed, others see none.
    bool is_in_place() const;
    // Takes the lock anew where its file is gone. Throws LeaseHeld when another was faster.
    void take_again();

    std::string token() const override { return token_; }
    bool keep() override;

private:
    friend FileLease acquire_lease(const std::string& directory, const std::string& owner);
    FileLease(std::string directory, std::string owner);

    std::string directory_, owner_;
    std::string token_;
    base::Descriptor file_;
    bool was_gone_ = false;  // since keep() was asked last
};

// "process 4711 on web1": this process. What a person is told who meets the lock.
std::string this_owner();
// "the mdcertd daemon, process 4711 on web1", "'mdcertd renew', process 4711 on web1".
std::string this_daemon();
std::string this_command(const std::string& command);
bool is_daemon(std::string_view holder);

// Who has it, nullopt when nobody does. Changes nothing.
std::optional<std::string> lease_holder(const std::string& directory);

// Does not wait. Makes the directory (0700) when it is absent. Throws LeaseHeld when another has
// it ("the store DIRECTORY is in use by process 4711 on web1", and what to do), SystemError when
// the lock cannot be had at all.
[[nodiscard]] FileLease acquire_lease(const std::string& directory,
                                      const std::string& owner = this_owner());

}  // namespace md::store
