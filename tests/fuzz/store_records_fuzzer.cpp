// SPDX-License-Identifier: Apache-2.0
// Any octets as a record of the store; the first says which. Damage is a value, and what is read
// comes back when it is written and read once more.
#include "input.hpp"
#include "store/records.hpp"

namespace {

using namespace md::store;

template <typename Record>
void check(const Parsed<Record>& record, Parsed<Record> (*parse)(std::string_view),
           std::string (*write)(const Record&) = to_text) {
    if (!record)
        return md::fuzz::promise(!record.error().why.empty(), "damage has a reason");
    const auto again = parse(write(*record));
    md::fuzz::promise(again.has_value() && *again == *record, "records come back as they went");
}

template <typename Job>
std::string write_job(const Job& job) {
    return job_text("a.org", job);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    std::string_view text = md::fuzz::text_of(octets, size);
    switch (md::fuzz::choose(text, 6)) {
        case 0:
            check(parse_md(text), parse_md);
            break;
        case 1:
            check(parse_account(text), parse_account);
            break;
        case 2:
            check(parse_order(text), parse_order);
            break;
        case 3:
            check(parse_staged_job(text), parse_staged_job, write_job);
            break;
        case 4:
            if (const auto header = parse_header(text))
                md::fuzz::promise(header->key.reveal().size() == store_key_size,
                                  "a key has its size");
            break;
        default:
            check(parse_live_job(text), parse_live_job, write_job);
    }
    return 0;
}
