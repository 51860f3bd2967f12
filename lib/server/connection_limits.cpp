// SPDX-License-Identifier: Apache-2.0
// One list in the order of age; what is evicted moves to another until the connection is gone.
#include "server/connection_limits.hpp"

#include "server/stream.hpp"

#include <algorithm>

namespace md::server {

ConnectionLimits::Slot ConnectionLimits::enter(Peer peer, Stream& stream, Time now) {
    const std::size_t before = present_.size();
    make_room_for(peer);
    if (present_.size() == before && before >= total_)
        evict_oldest();
    ++count_[peer];
    return {*this, present_.insert(present_.end(), {peer, now, stream})};
}

void ConnectionLimits::make_room_for(Peer peer) {
    auto own = count_.find(peer);
    if (own != count_.end() && own->second >= per_peer_)
        evict(std::find_if(present_.begin(), present_.end(),
                           [peer](const OpenConnection& entry) { return entry.peer == peer; }));
}

void ConnectionLimits::move(OpenConnections::iterator entry, Peer peer) {
    if (entry->evicted)
        return;
    make_room_for(peer);
    forget(entry->peer);
    entry->peer = peer;
    ++count_[peer];
}

bool ConnectionLimits::evict_oldest() {
    if (present_.empty())
        return false;
    evict(present_.begin());
    return true;
}

void ConnectionLimits::evict_waiting_since(Time time) {
    while (!present_.empty() && present_.front().since <= time)
        evict(present_.begin());
}

void ConnectionLimits::evict_all() {
    while (evict_oldest()) {
    }
}

std::optional<ConnectionLimits::Time> ConnectionLimits::oldest() const {
    if (present_.empty())
        return std::nullopt;
    return present_.front().since;
}

void ConnectionLimits::evict(OpenConnections::iterator entry) {
    forget(entry->peer);
    entry->evicted = true;
    evicted_.splice(evicted_.end(), present_, entry);
    entry->stream.close();
}

void ConnectionLimits::forget(Peer peer) {
    auto count = count_.find(peer);
    if (--count->second == 0)
        count_.erase(count);
}

void ConnectionLimits::renew(OpenConnections::iterator entry, Time now) {
    if (entry->evicted)
        return;
    entry->since = now;
    present_.splice(present_.end(), present_, entry);
}

void ConnectionLimits::leave(OpenConnections::iterator entry) {
    if (entry->evicted) {
        evicted_.erase(entry);
        return;
    }
    forget(entry->peer);
    present_.erase(entry);
}

}  // namespace md::server
