// SPDX-License-Identifier: Apache-2.0
// Who is connected, in the order of their last completed request: whoever has been waited for the
// longest is the first to run out of time and the first to give way to somebody new, so strangers
// who hold connections cost the others nothing. Pure: the time is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <unordered_map>

namespace md::responder {

class Crowd {
public:
    using Time = std::chrono::steady_clock::time_point;
    // One address, or one IPv6 /64: what a single stranger has at his disposal.
    using Peer = std::uint64_t;
    // Ends the guest's connection; it may leave at once or later.
    using Dismiss = std::function<void()>;

    Crowd(unsigned total, unsigned per_peer) : total_(total), per_peer_(per_peer) {}
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

private:
    struct Guest {
        Peer peer;
        Time since;
        Dismiss dismiss;
        bool dismissed = false;
    };
    using Guests = std::list<Guest>;

public:
    // A guest's presence; leaves when destroyed. Does not outlive the crowd.
    class Place {
    public:
        Place(Crowd& crowd, Guests::iterator guest) : crowd_(crowd), guest_(guest) {}
        ~Place() { crowd_.leave(guest_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        // Something was completed: the guest's time begins anew.
        void renew(Time now) { crowd_.renew(guest_, now); }
        bool dismissed() const { return guest_->dismissed; }
        // It turned out to be another's: it counts as that peer's from now on.
        void belongs_to(Peer peer) { crowd_.move(guest_, peer); }

    private:
        Crowd& crowd_;
        Guests::iterator guest_;
    };

    // Makes room first when the crowd, or the peer's part of it, is full.
    Place enter(Peer peer, Dismiss dismiss, Time now);

    // False when there is nobody.
    bool dismiss_oldest();
    void dismiss_waiting_since(Time time);
    void dismiss_all();

    // Since when the oldest has been waited for.
    std::optional<Time> oldest() const;
    std::size_t size() const { return present_.size(); }

private:
    void dismiss(Guests::iterator guest);
    void forget(Peer peer);
    void make_room_for(Peer peer);
    void move(Guests::iterator guest, Peer peer);
    void renew(Guests::iterator guest, Time now);
    void leave(Guests::iterator guest);

    unsigned total_, per_peer_;
    Guests present_;    // the oldest in front
    Guests dismissed_;  // not gone yet, no longer counted
    std::unordered_map<Peer, unsigned> count_;
};

}  // namespace md::responder
