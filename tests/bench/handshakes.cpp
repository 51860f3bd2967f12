// SPDX-License-Identifier: Apache-2.0
// handshakes ADDRESS PORT NAME ALPN SECONDS: full TLS handshakes one after the other, as a CA's
// validator makes them for tls-alpn-01 (openssl s_time offers no ALPN). Prints how many; fails when
// one fails or the server speaks another protocol.
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace {

template <auto free>
struct FreeWith {
    template <typename T>
    void operator()(T* object) const {
        free(object);
    }
};
using Context = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, FreeWith<SSL_free>>;

void require(bool held, const char* what) {
    if (!held)
        throw std::runtime_error(what);
}

class Socket {
public:
    explicit Socket(const sockaddr_in& server) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
        require(
            ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0,
            "cannot connect");
    }
    ~Socket() { ::close(descriptor_); }
    Socket(const Socket&) = delete;
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

Context offering(const std::string& protocol) {
    Context context(SSL_CTX_new(TLS_client_method()));
    std::string wire = static_cast<char>(protocol.size()) + protocol;
    require(
        SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                                static_cast<unsigned>(wire.size())) == 0,
        "cannot offer the protocol");
    return context;
}

void shake_hands(SSL_CTX* context, const sockaddr_in& server, const char* name,
                 const std::string& protocol) {
    const Socket socket(server);
    const Session session(SSL_new(context));
    SSL_set_fd(session.get(), socket.descriptor());
    SSL_set_tlsext_host_name(session.get(), name);
    require(SSL_connect(session.get()) == 1, "the handshake failed");
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session.get(), &chosen, &size);
    require(std::string(chosen, chosen + size) == protocol, "another protocol was chosen");
    SSL_shutdown(session.get());
}

}  // namespace

int main(int argc, char** argv) try {
    using Clock = std::chrono::steady_clock;
    require(argc == 6, "usage: handshakes ADDRESS PORT NAME ALPN SECONDS");
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<std::uint16_t>(std::stoul(argv[2])));
    require(::inet_pton(AF_INET, argv[1], &server.sin_addr) == 1, "not an IPv4 address");
    const Context context = offering(argv[4]);
    const auto end = Clock::now() + std::chrono::seconds{std::stoul(argv[5])};
    unsigned count = 0;
    for (; Clock::now() < end; ++count)
        shake_hands(context.get(), server, argv[3], argv[4]);
    std::cout << count << "\n";
    return 0;
} catch (const std::exception& problem) {
    std::cerr << "handshakes: " << problem.what() << "\n";
    return 1;
}
