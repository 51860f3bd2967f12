// SPDX-License-Identifier: Apache-2.0
// job.json in a store. Its log stays there: what is new is put before what stands in the file.
#pragma once

#include "store/records.hpp"
#include "store/store.hpp"

#include <string>

namespace md::store {

base::Task<void> write_staged_job(Store& store, std::string name, StagedJob job, News news);
// Where another set has become live since, nothing is written: whoever made it has written its own.
base::Task<void> write_live_job(Store& store, std::string name, LiveJob job, News news);

// Empty where it is absent or cannot be read.
base::Task<model::Log> read_log(Store& store, std::string key);

}  // namespace md::store
