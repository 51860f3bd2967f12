// SPDX-License-Identifier: Apache-2.0
// systemd's part: a datagram socket that receives what a service says of itself, and listening
// sockets that are passed to it.
#pragma once

#include "support/process.hpp"
#include "support/scratch.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace md::test {

class ServiceManager {
public:
    enum class Names { files, abstract };
    explicit ServiceManager(Names names = Names::files);
    ~ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    // NOTIFY_SOCKET; a test adds WATCHDOG_USEC.
    std::map<std::string, std::string> environment() const;

    // True once a message has come, since the last call of clear(), that contains the text.
    bool hears(const std::string& text, milliseconds limit);
    // All that has come since.
    const std::vector<std::string>& heard() const { return heard_; }
    void clear() { heard_.clear(); }

private:
    bool receive(milliseconds limit);

    Scratch scratch_;
    std::string address_;  // as NOTIFY_SOCKET has it
    int socket_ = -1;
    std::vector<std::string> heard_;
};

// A listening socket of 127.0.0.1, open in the programs that the test starts, too.
class PassedSocket {
public:
    explicit PassedSocket(std::uint16_t port);
    ~PassedSocket();
    PassedSocket(const PassedSocket&) = delete;
    PassedSocket& operator=(const PassedSocket&) = delete;

    int descriptor() const { return descriptor_; }

private:
    int descriptor_ = -1;
};

// The beginning of a command line that starts the rest of it with the sockets as descriptors 3
// and 4.
std::vector<std::string> passing(const PassedSocket& one, const PassedSocket& other);

}  // namespace md::test
