// SPDX-License-Identifier: Apache-2.0
#include "store/job_file.hpp"

#include "store/layout.hpp"

#include <utility>

namespace md::store {
namespace {

bool is_of_another_set(const std::optional<std::string>& text,
                       const model::CertificateState& state) {
    auto known = parse_live_job(text.value_or(""));
    return known &&
           (known->state.last_run != state.last_run || known->state.valid_from != state.valid_from);
}

}  // namespace

base::Task<void> write_staged_job(Store& store, std::string name, StagedJob job, News news) {
    std::string key = staging_key(name, job_file);
    Store::Change change = [name = std::move(name), job = std::move(job),
                            news = std::move(news)](const auto& former) {
        return job_text(name, job, news, former.value_or(""));
    };
    co_await store.update(std::move(key), std::move(change));
}

base::Task<void> write_live_job(Store& store, std::string name, LiveJob job, News news) {
    std::string key = domain_key(name, job_file);
    Store::Change change = [name = std::move(name), job = std::move(job),
                            news = std::move(news)](const auto& former) {
        return is_of_another_set(former, job.state)
                   ? std::nullopt
                   : std::optional(job_text(name, job, news, former.value_or("")));
    };
    co_await store.update(std::move(key), std::move(change));
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
