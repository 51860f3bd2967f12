// SPDX-License-Identifier: Apache-2.0
#include "store/job_file.hpp"

#include <utility>

namespace md::store {

base::Task<void> write_job(Store& store, std::string key, model::Job job, News news) {
    Store::Change change = [job = std::move(job), news = std::move(news)](const auto& former) {
        return job_text(job, news, former.value_or(""));
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
