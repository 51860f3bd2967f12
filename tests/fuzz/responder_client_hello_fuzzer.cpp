// SPDX-License-Identifier: Apache-2.0
// Any octets as the first that come to port 443: read as the two extensions we take apart
// ourselves, and, within OpenSSL, as a ClientHello that chooses its certificate. A name that is
// found is a name, and the proof of tls-alpn-01 is for a name on the board alone.
#include "input.hpp"
#include "responder/responder.hpp"
#include "server/client_hello.hpp"
#include "server/server_tls.hpp"

#include <boost/asio/io_context.hpp>
#include <openssl/err.h>

namespace {

using namespace md::responder;
using namespace md::server;
using md::fuzz::promise;

struct World {
    md::challenge::ChallengeBoard board;
    Responder responder{board};
    std::string asked;  // for which name a certificate was asked for, in the present session
    ServerTls tls{[this](const ClientHello& hello) {
        asked = hello.server_name;
        return responder.offer(hello);
    }};
    boost::asio::io_context context;

    World() {
        board.publish_tls("proof.example", {"token.thumb", {}});
        Sites sites;
        sites.add("new.example", {false, md::model::RequireHttps::off});
        responder.set_sites(std::move(sites));
        // Asked for nothing else, it makes its key here and not in the middle of an input.
        responder.offer({});
    }
};

void check_name(const std::string& name) {
    promise(name.size() <= 255, "names are bounded");
    for (char c : name)
        promise(
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.',
            "names have the characters of names");
}

void greet(World& world, std::string_view octets) {
    ConnectedSocket nowhere(world.context);
    CertificateOffer offer;
    world.asked.clear();
    const SslOwner session = world.tls.session(nowhere, offer);
    BIO* in = BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size()));
    SSL_set_bio(session.get(), in, BIO_new(BIO_s_mem()));
    SSL_accept(session.get());
    ERR_clear_error();
    check_name(world.asked);
    promise(!offer.handshake_only || world.asked == "proof.example",
            "the proof is for its name alone");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    static World world;
    const md::base::BytesView bytes(octets, size);
    if (const auto name = server_name(bytes))
        check_name(*name);
    offers_protocol(bytes, "acme-tls/1");
    lists_protocol(bytes, "acme-tls/1");
    greet(world, md::fuzz::text_of(octets, size));
    return 0;
}
