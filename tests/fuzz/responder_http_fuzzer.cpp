// SPDX-License-Identifier: Apache-2.0
// Any octets as what a stranger sends to port 80 or 443: parsed in one piece and octet by octet,
// with the same result; every request gets an answer that is one HTTP answer and no more.
#include "input.hpp"
#include "responder/answer.hpp"
#include "server/reply.hpp"
#include "server/request_parser.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace md::responder;
using namespace md::server;
using Progress = RequestParser::ParseProgress;
using md::fuzz::promise;

struct World {
    md::challenge::ChallengeBoard board;
    Sites sites;

    World() {
        board.publish_http("Tok_en-1", {"Tok_en-1.thumb", {}});
        sites.add("new.example", {false, md::model::RequireHttps::off});
        sites.add("temp.example", {true, md::model::RequireHttps::temporary});
        sites.add("perm.example", {true, md::model::RequireHttps::permanent});
        sites.add("*.wild.example", {true, md::model::RequireHttps::temporary});
    }
};

// No line of the header but those that were meant: a Location must not break one.
void check_reply(const Response& answer, bool head) {
    std::string out;
    append_reply(out, answer, {"Mon, 23 Nov 2026 14:28:17 GMT", head, true, false});
    const std::size_t end = out.find("\r\n\r\n");
    promise(end != std::string::npos, "an answer has a header");
    promise(head || out.size() - end - 4 == answer.body.size(), "the body follows the header");
    std::size_t lines = 0;
    for (std::size_t at = 0; at <= end; at = out.find("\r\n", at) + 2, ++lines)
        for (char c : out.substr(at, out.find("\r\n", at) - at))
            promise(c >= ' ' && c != 127, "a header line has no control characters");
    promise(lines <= 8 + answer.headers.size(), "an answer has the header lines that were meant");
}

// What is said to one request, over both ports.
void answer_request(const World& world, const RequestParser& parser,
                    std::vector<unsigned>& statuses) {
    for (const bool over_tls : {false, true}) {
        const Response said = answer({over_tls, parser.method(), parser.target(), parser.host()},
                                     world.board, world.sites);
        promise(said.status >= 200 && said.status < 600, "every request is answered");
        check_reply(said, parser.method() == "HEAD");
        statuses.push_back(said.status);
    }
}

// The statuses of all answers to what comes in pieces of that size.
std::vector<unsigned> converse(const World& world, std::string_view octets, std::size_t piece) {
    Limits limits;
    limits.header_octets = 512;
    limits.body_octets = 64;
    std::vector<unsigned> statuses;
    std::optional<RequestParser> parser(limits);
    std::size_t begin = 0, end = 0;
    while (statuses.size() < 32) {
        const Progress progress = parser->advance(octets.substr(begin, end - begin));
        promise(parser->consumed() <= end - begin, "no more is consumed than was shown");
        begin += parser->consumed();
        if (progress == Progress::refused) {
            check_reply(refusal(parser->refused_with()), false);
            statuses.push_back(parser->refused_with());
            break;
        }
        if (progress == Progress::head)
            answer_request(world, *parser, statuses);
        if (parser->is_whole() && progress != Progress::more) {
            if (!parser->keeps_alive())
                break;
            parser.emplace(limits);
        } else if (progress == Progress::more) {
            if (end == octets.size())
                break;
            end = std::min(octets.size(), end + piece);
        }
    }
    return statuses;
}

bool speaks_of_chunks(std::string_view text) {
    constexpr std::string_view word = "chunked";
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [](char a, char b) { return (a | 0x20) == b; }) != text.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    static const World world;
    const std::string_view text = md::fuzz::text_of(octets, size);
    if (size > 4096)
        return 0;
    const auto at_once = converse(world, text, text.size());
    const auto in_pieces = converse(world, text, 1);
    // Beast may refuse broken chunks and trailers sooner or later, when the answer is given already
    // and only the end of the connection can follow.
    if (!speaks_of_chunks(text))
        promise(at_once == in_pieces, "pieces make no difference");
    return 0;
}
