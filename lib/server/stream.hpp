// SPDX-License-Identifier: Apache-2.0
// The octets of one connection, plain or over TLS. What goes wrong with a client's connection is no
// error of ours: it ends, and that is all one is told.
#pragma once

#include "base/task.hpp"
#include "server/proxy_header.hpp"
#include "server/server_tls.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace md::server {

class Stream {
public:
    using Socket = ConnectedSocket;

    explicit Stream(Socket socket);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // The header that a load balancer puts in front, and not an octet more. `octets` is what
    // arrived.
    base::Task<ProxyHeader> read_proxy_header(std::string& octets);

    // Nothing is spent on a client before it has said something. False: no handshake came about.
    base::Task<bool> start_tls(ServerTls& tls);
    // What the client was offered: the name of its protocol, what is to be done now.
    const CertificateOffer& offer() const { return offer_; }
    // What the client sent where TLS was to begin, when that was a PROXY header; "" otherwise.
    const std::string& unexpected() const { return unexpected_; }

    // At least one octet, or 0 when the other side has finished or the connection is gone.
    base::Task<std::size_t> read_some(char* data, std::size_t size);
    // Writes at once what the socket takes, and waits only for the rest.
    base::Task<bool> write_all(std::string_view octets);
    // Says that this was all and waits until the other side has read it: closing on octets that
    // were not read would reset the connection and take the answer with it.
    base::Task<void> finish();
    // The other side is gone altogether, and not only done with sending; or the stream is closed.
    base::Task<void> left();
    // At any time, from anywhere; what is awaited ends.
    void close();
    bool is_open() const { return socket_.is_open(); }

private:
    base::Task<bool> ready(Socket::wait_type what);
    // Waits for what OpenSSL asked for with this result; false when it failed for good.
    base::Task<bool> satisfy(int result);
    std::size_t write_at_once(std::string_view octets, boost::system::error_code& error);

    Socket socket_;
    CertificateOffer offer_;
    SslOwner ssl_;
    std::string unexpected_;
    bool broken_ = false;  // OpenSSL must not be asked for a shutdown
};

}  // namespace md::server
