// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

namespace md::config {

const ForeignWord* Document::why_httpd(std::uint32_t file) const {
    while (true) {
        auto found = httpd_files.find(file);
        if (found != httpd_files.end())
            return &found->second;
        auto including = included_by.find(file);
        if (including == included_by.end())
            return nullptr;
        file = including->second;
    }
}

}  // namespace md::config
