// SPDX-License-Identifier: Apache-2.0
#include "http/tls_probe.hpp"

#include "crypto/certificate.hpp"
#include "crypto/error.hpp"
#include "http/race.hpp"
#include "http/resolve.hpp"
#include "http/transport.hpp"
#include "http/wire.hpp"

#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

namespace md::http {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using model::ServedAt;

constexpr std::size_t longest_greeting = 16 * 1024;

std::string text_of(ServedAt::StartTls protocol) {
    return protocol == ServedAt::StartTls::smtp ? "SMTP" : "IMAP";
}

// The lines of one server, with a bound for all of them together.
class Lines {
public:
    explicit Lines(tcp::socket& socket) : socket_(socket) {}

    base::Task<std::string> read() {
        auto buffer = asio::dynamic_buffer(text_, longest_greeting);
        std::size_t size =
            co_await asio::async_read_until(socket_, buffer, '\n', asio::use_awaitable);
        std::string line = text_.substr(0, size);
        text_.erase(0, size);
        co_return line;
    }
    base::Task<void> write(std::string line) {
        co_await asio::async_write(socket_, asio::buffer(line), asio::use_awaitable);
    }
    bool is_drained() const { return text_.empty(); }

private:
    tcp::socket& socket_;
    std::string text_;
};

// RFC 5321 §4.2: the last line of an answer has a blank behind its code.
base::Task<void> smtp_answer(Lines& lines, std::string_view code) {
    std::string line;
    do {
        line = co_await lines.read();
        if (!line.starts_with(code))
            throw base::Error("the SMTP server does not offer STARTTLS: " + line);
    } while (line.size() > 3 && line[3] == '-');
}

base::Task<void> start_smtp(Lines& lines) {
    co_await smtp_answer(lines, "220");
    co_await lines.write("EHLO localhost\r\n");
    co_await smtp_answer(lines, "250");
    co_await lines.write("STARTTLS\r\n");
    co_await smtp_answer(lines, "220");
}

base::Task<void> start_imap(Lines& lines) {
    std::string greeting = co_await lines.read();
    if (!greeting.starts_with("* OK"))
        throw base::Error("no IMAP server greets: " + greeting);
    co_await lines.write("a STARTTLS\r\n");
    std::string line = co_await lines.read();
    while (line.starts_with("* "))
        line = co_await lines.read();
    if (!line.starts_with("a OK"))
        throw base::Error("the IMAP server does not offer STARTTLS: " + line);
}

base::Task<void> start_tls(tcp::socket& socket, ServedAt::StartTls protocol) {
    Lines lines(socket);
    if (protocol == ServedAt::StartTls::smtp)
        co_await start_smtp(lines);
    else
        co_await start_imap(lines);
    if (!lines.is_drained())
        throw base::Error("the " + text_of(protocol) + " server talks on after STARTTLS");
}

std::shared_ptr<ssl::context> curious_context() {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_verify(context->native_handle(), SSL_VERIFY_NONE, nullptr);
    return context;
}

model::CertificateFacts facts_of(X509* leaf) {
    std::shared_ptr<X509> owner(leaf, X509_free);
    if (!owner)
        throw base::Error("no certificate is shown");
    return crypto::Certificate(std::move(owner)).facts(model::KeySpec::rsa());
}

base::Task<model::CertificateFacts> look_now(ServedAt place, std::string name) {
    auto executor = co_await asio::this_coro::executor;
    Endpoints endpoints = co_await resolve(place.host, place.port);
    auto context = curious_context();
    ssl::stream<tcp::socket> stream(executor, *context);
    tcp::socket connected = co_await connect_first(std::move(endpoints));
    stream.next_layer() = std::move(connected);
    if (place.starttls != ServedAt::StartTls::none)
        co_await start_tls(stream.next_layer(), place.starttls);
    // SSL_set_tlsext_host_name without its old-style cast.
    crypto::check(static_cast<int>(SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                            TLSEXT_NAMETYPE_host_name, name.data())),
                  "setting up TLS");
    co_await stream.async_handshake(ssl::stream_base::client, asio::use_awaitable);
    co_return facts_of(SSL_get1_peer_certificate(stream.native_handle()));
}

}  // namespace

base::Task<model::CertificateFacts> TlsProbe::look(ServedAt place, std::string name) {
    auto work = look_now(std::move(place), std::move(name));
    base::Task<model::CertificateFacts> in_time =
        base::with_timeout(std::move(work), limit_, "looking at the certificate");
    try {
        co_return co_await std::move(in_time);
    } catch (const boost::system::system_error& failed) {
        if (failed.code() == asio::error::operation_aborted)
            throw;
        throw TransportError(reason(failed.code()));
    }
}

}  // namespace md::http
