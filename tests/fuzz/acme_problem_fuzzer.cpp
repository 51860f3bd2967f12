// SPDX-License-Identifier: Apache-2.0
// Any octets as the body of an error answer: always a problem with a class and a text that people
// can read, whatever is in it.
#include "acme/problem.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    using namespace md::acme;
    std::string_view text = md::fuzz::text_of(octets, size);
    const unsigned status = 300 + md::fuzz::choose(text, 256) * 2;
    const Problem problem = parse_problem(text, status);
    const std::string shown = problem.text();
    md::fuzz::promise(md::fuzz::printable(shown), "problems are printable");
    md::fuzz::promise(!shown.empty() && shown.size() < 20'000, "problems are of bounded length");
    md::fuzz::promise(!word(failure_class(problem)).empty(), "problems have a class");
    md::fuzz::promise(md::fuzz::printable(masked(text)), "masked text is printable");
    return 0;
}
