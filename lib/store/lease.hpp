// SPDX-License-Identifier: Apache-2.0
// One writer per store: an exclusive lock on MDSTORE/store.lock, which also says who holds it. The
// kernel releases it when the process ends, however it ends. mod_md's MDStoreLocks uses the same
// file and kind of lock.
#pragma once

#include "store/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace md::store {

// Holding it is having the lease; destroying it gives the lease back.
class Lease {
public:
    Lease(Lease&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Lease& operator=(Lease&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Lease();

    // Its file is still the store's lock. Where it was removed, others see none.
    bool is_in_place(const std::string& directory) const;

private:
    friend Lease acquire_lease(const std::string& directory, const std::string& owner);
    explicit Lease(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
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
[[nodiscard]] Lease acquire_lease(const std::string& directory,
                                  const std::string& owner = this_owner());

}  // namespace md::store
