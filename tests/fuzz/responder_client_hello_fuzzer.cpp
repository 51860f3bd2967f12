// SPDX-License-Identifier: Apache-2.0
// Any octets as the first that come to port 443: read as the two extensions we take apart
// ourselves, and, within OpenSSL, as a ClientHello that chooses its certificate. A name that is
// found is a name, and the proof of tls-alpn-01 is for a name on the board alone.
#include "input.hpp"
#include "responder/client_hello.hpp"
#include "responder/server_tls.hpp"

#include <boost/asio/io_context.hpp>
#include <openssl/err.h>

namespace {

using namespace md::responder;
using md::fuzz::promise;

struct World {
    ChallengeBoard board;
    Sites sites;
    ServerTls tls{board, sites};
    boost::asio::io_context context;

    World() {
        board.post_tls("proof.example", {"token.thumb", {}});
        sites.add("new.example", {false, md::model::RequireHttps::off});
        // Asked for nothing else, it makes its key here and not in the middle of an input.
        tls.identities().for_name("", nullptr);
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
    Greeting greeting;
    const SslOwner session = world.tls.session(nowhere, greeting);
    BIO* in = BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size()));
    SSL_set_bio(session.get(), in, BIO_new(BIO_s_mem()));
    SSL_accept(session.get());
    ERR_clear_error();
    check_name(greeting.name);
    promise(!greeting.validation || greeting.name == "proof.example",
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
