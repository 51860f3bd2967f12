// SPDX-License-Identifier: Apache-2.0
#include "store/job_file.hpp"

#include "store/layout.hpp"

#include <utility>

namespace md::store {
namespace {

bool is_of_another_set(std::string_view text, const model::CertificateState& state) {
    auto known = parse_live_job(text);
    return known &&
           (known->state.last_run != state.last_run || known->state.valid_from != state.valid_from);
}

// What is there and cannot be read is written over, whatever it is.
base::Task<std::optional<StoredValue>> readable(Store& store, std::string key) {
    try {
        co_return co_await store.look_up(std::move(key));
    } catch (const base::Error&) {
    }
    co_return std::nullopt;
}

// True when it was written, false where the text it was made of is not there any more.
base::Task<bool> write_over(Store& store, std::string key, const std::optional<StoredValue>& former,
                            std::string text) {
    Batch batch = former ? put_if_still(former->revision, std::move(key), std::move(text))
                         : batch_of(Put{std::move(key), std::move(text)});
    std::optional<Conflict> conflict = co_await store.commit(std::move(batch));
    co_return !conflict;
}

std::string text_of(const std::optional<StoredValue>& stored) {
    return stored ? stored->value.value_or("") : "";
}

}  // namespace

base::Task<void> write_staged_job(Store& store, std::string name, StagedJob job, News news) {
    const std::string key = staging_key(name, job_file);
    for (bool written = false; !written;) {
        auto former = co_await readable(store, key);
        std::string text = job_text(name, job, news, text_of(former));
        written = co_await write_over(store, key, former, std::move(text));
    }
}

base::Task<void> write_live_job(Store& store, std::string name, LiveJob job, News news) {
    const std::string key = domain_key(name, job_file);
    for (bool written = false; !written;) {
        auto former = co_await readable(store, key);
        if (is_of_another_set(text_of(former), job.state))
            co_return;
        std::string text = job_text(name, job, news, text_of(former));
        written = co_await write_over(store, key, former, std::move(text));
    }
}

base::Task<model::Log> read_log(Store& store, std::string key) {
    try {
        auto text = co_await store.read(std::move(key));
        co_return text ? parse_log(*text) : model::Log();
    } catch (const base::Error&) {
        // What cannot be read is told of where it is looked for what it decides.
    }
    co_return model::Log();
}

}  // namespace md::store
