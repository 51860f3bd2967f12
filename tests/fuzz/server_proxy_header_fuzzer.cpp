// SPDX-License-Identifier: Apache-2.0
// Any octets as the PROXY header of a listed load balancer, as a connection reads them: never more
// than belongs to the header, whatever part of it has come. What one octet more cannot mend is
// malformed at once.
#include "input.hpp"
#include "server/proxy_header.hpp"

#include <algorithm>

namespace {

using namespace md::server;
using md::fuzz::promise;
using State = ProxyHeader::HeaderState;

// As a connection does: so many octets as are asked for, until it is whole, malformed, or all.
ProxyHeader read_as_it_comes(std::string_view octets) {
    std::size_t taken = 0;
    while (true) {
        ProxyHeader header = parse_proxy_header(octets.substr(0, taken));
        if (header.state != State::more)
            return header;
        promise(header.wanted > 0, "what is not whole needs more");
        promise(taken + header.wanted <= longest_proxy_header, "a header is bounded");
        if (taken + header.wanted > octets.size())
            return header;
        taken += header.wanted;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    const std::string_view text = md::fuzz::text_of(octets, size);
    const ProxyHeader whole = read_as_it_comes(text);
    promise((whole.state == State::malformed) == !whole.reason.empty(), "malformed says why");
    promise(whole.state == State::whole || !whole.source, "a client is of a whole header");
    promise(std::all_of(whole.reason.begin(), whole.reason.end(),
                        [](char c) { return c >= ' ' && c <= '~'; }),
            "a reason is fit for a log");
    if (whole.state == State::whole)
        promise(begins_like_proxy_header(text), "a header is recognized as one");
    return 0;
}
