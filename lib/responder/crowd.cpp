// SPDX-License-Identifier: Apache-2.0
// One list in the order of age; who is dismissed moves to another until the connection is gone.
#include "responder/crowd.hpp"

#include <algorithm>
#include <utility>

namespace md::responder {

Crowd::Place Crowd::enter(Peer peer, Dismiss dismiss_guest, Time now) {
    const std::size_t before = present_.size();
    make_room_for(peer);
    if (present_.size() == before && before >= total_)
        dismiss_oldest();
    ++count_[peer];
    return {*this, present_.insert(present_.end(), {peer, now, std::move(dismiss_guest)})};
}

void Crowd::make_room_for(Peer peer) {
    auto mine = count_.find(peer);
    if (mine != count_.end() && mine->second >= per_peer_)
        dismiss(std::find_if(present_.begin(), present_.end(),
                             [peer](const Guest& guest) { return guest.peer == peer; }));
}

void Crowd::move(Guests::iterator guest, Peer peer) {
    if (guest->dismissed)
        return;
    make_room_for(peer);
    forget(guest->peer);
    guest->peer = peer;
    ++count_[peer];
}

bool Crowd::dismiss_oldest() {
    if (present_.empty())
        return false;
    dismiss(present_.begin());
    return true;
}

void Crowd::dismiss_waiting_since(Time time) {
    while (!present_.empty() && present_.front().since <= time)
        dismiss(present_.begin());
}

void Crowd::dismiss_all() {
    while (dismiss_oldest()) {
    }
}

std::optional<Crowd::Time> Crowd::oldest() const {
    if (present_.empty())
        return std::nullopt;
    return present_.front().since;
}

void Crowd::dismiss(Guests::iterator guest) {
    forget(guest->peer);
    guest->dismissed = true;
    dismissed_.splice(dismissed_.end(), present_, guest);
    guest->dismiss();
}

void Crowd::forget(Peer peer) {
    auto count = count_.find(peer);
    if (--count->second == 0)
        count_.erase(count);
}

void Crowd::renew(Guests::iterator guest, Time now) {
    if (guest->dismissed)
        return;
    guest->since = now;
    present_.splice(present_.end(), present_, guest);
}

void Crowd::leave(Guests::iterator guest) {
    if (guest->dismissed) {
        dismissed_.erase(guest);
        return;
    }
    forget(guest->peer);
    present_.erase(guest);
}

}  // namespace md::responder
