// SPDX-License-Identifier: Apache-2.0
#include "config/httpd_module_table.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace md::config;

namespace {

bool has(std::string_view directive, std::string_view module) {
    const auto modules = httpd_modules_of(directive);
    return std::find(modules.begin(), modules.end(), module) != modules.end();
}

}  // namespace

TEST_CASE("a directive of httpd is known by its module") {
    CHECK(has("SSLEngine", "mod_ssl.c"));
    CHECK(has("sslengine", "mod_ssl.c"));
    CHECK(has("<VirtualHost", "core.c"));
    CHECK(has("MaxRequestWorkers", "event.c"));
    CHECK(has("MaxRequestWorkers", "prefork.c"));
    CHECK(has("LDAPCacheTTL", "util_ldap.c"));
    CHECK(has("MDomain", "mod_md.c"));
}

TEST_CASE("what is not one of httpd's is in no module") {
    for (const char* name : {"", "<", "Contact", "MDStatusListen", "VirtualHost", "SSLEngin"})
        CHECK(httpd_modules_of(name).empty());
}
