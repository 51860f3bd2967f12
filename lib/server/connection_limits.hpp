// SPDX-License-Identifier: Apache-2.0
// Which connections are open, in the order of their last completed request: the one that has been
// waited for the longest is the first to run out of time and the first to be evicted for a new one,
// so clients that hold connections cost the others nothing. The time is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

namespace md::server {

class Stream;

class ConnectionLimits {
public:
    using Time = std::chrono::steady_clock::time_point;
    // One address, or one IPv6 /64: what a single client has at its disposal.
    using Peer = std::uint64_t;

    ConnectionLimits(unsigned total, unsigned per_peer) : total_(total), per_peer_(per_peer) {}
    ConnectionLimits(const ConnectionLimits&) = delete;
    ConnectionLimits& operator=(const ConnectionLimits&) = delete;

private:
    struct OpenConnection {
        Peer peer;
        Time since;
        Stream& stream;
        bool evicted = false;
    };
    using OpenConnections = std::list<OpenConnection>;

public:
    // The presence of one connection, which ends when this is destroyed. Does not outlive the
    // limits.
    class Slot {
    public:
        Slot(ConnectionLimits& limits, OpenConnections::iterator entry)
            : limits_(limits), entry_(entry) {}
        ~Slot() { limits_.leave(entry_); }
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;

        // Something was completed: the connection's time begins anew.
        void renew(Time now) { limits_.renew(entry_, now); }
        bool evicted() const { return entry_->evicted; }
        // It turned out to be another's: it counts as that peer's from now on.
        void belongs_to(Peer peer) { limits_.move(entry_, peer); }

    private:
        ConnectionLimits& limits_;
        OpenConnections::iterator entry_;
    };

    // Makes room first when there are too many, in all or of the peer. The stream outlives the
    // slot; to evict it is to close it.
    Slot enter(Peer peer, Stream& stream, Time now);

    // False when there is none.
    bool evict_oldest();
    void evict_waiting_since(Time time);
    void evict_all();

    // Since when the oldest has been waited for.
    std::optional<Time> oldest() const;
    std::size_t size() const { return present_.size(); }

private:
    void evict(OpenConnections::iterator entry);
    void forget(Peer peer);
    void make_room_for(Peer peer);
    void move(OpenConnections::iterator entry, Peer peer);
    void renew(OpenConnections::iterator entry, Time now);
    void leave(OpenConnections::iterator entry);

    unsigned total_, per_peer_;
    OpenConnections present_;  // the oldest in front
    OpenConnections evicted_;  // not gone yet, no longer counted
    std::unordered_map<Peer, unsigned> count_;
};

}  // namespace md::server
