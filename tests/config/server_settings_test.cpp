// SPDX-License-Identifier: Apache-2.0
// The directives of the daemon, each with good values; bad ones are files in tests/config/bad.
#include "config/server_settings.hpp"

#include "config/loading.hpp"

using namespace md;
using namespace md::config;
using namespace std::chrono_literals;

TEST_CASE("an empty configuration gives the defaults of the model") {
    Loaded loaded = load_good("");
    CHECK(loaded.desired.server == model::ServerSettings{});
    CHECK(loaded.desired.domains.empty());
    CHECK(loaded.ok());
}

TEST_CASE("ServerRoot is where relative paths start, wherever it stands") {
    CHECK(server_of("ServerRoot /srv/md").server_root == "/srv/md");
    CHECK(server_of("ServerRoot /srv/md").store_dir == "/srv/md/md");
    CHECK(server_of("ServerRoot /srv/md/").server_root == "/srv/md");
    CHECK(server_of("MDStoreDir store\nServerRoot /srv/md").store_dir == "/srv/md/store");
    CHECK(server_of("ServerRoot /").store_dir == "/md");
    CHECK(server_of("ServerRoot \"/srv/with blank\"").store_dir == "/srv/with blank/md");
}

TEST_CASE("an absolute MDStoreDir stays as it is") {
    CHECK(server_of("ServerRoot /srv/md\nMDStoreDir /etc/apache2/md").store_dir ==
          "/etc/apache2/md");
}

TEST_CASE("User and Group name an account") {
    CHECK(server_of("User www-data").user == "www-data");
    CHECK(server_of("Group #33").group == "#33");
    CHECK(fault_of("User a/b") == "'a/b' is not a name of an account");
    CHECK(fault_of("Group \"\"") == "'' is not a name of an account");
}

TEST_CASE("LogLevel knows the words of httpd") {
    using model::LogLevel;
    CHECK(server_of("LogLevel warn").log_level == LogLevel::warn);
    CHECK(server_of("LogLevel emerg").log_level == LogLevel::error);
    CHECK(server_of("LogLevel alert").log_level == LogLevel::error);
    CHECK(server_of("LogLevel crit").log_level == LogLevel::error);
    CHECK(server_of("LogLevel notice").log_level == LogLevel::info);
    CHECK(server_of("LogLevel Debug").log_level == LogLevel::debug);
    CHECK(server_of("LogLevel trace8").log_level == LogLevel::trace);
}

TEST_CASE("of module levels the one of md counts") {
    using model::LogLevel;
    CHECK(server_of("LogLevel info md:trace").log_level == LogLevel::trace);
    CHECK(server_of("LogLevel md:debug warn").log_level == LogLevel::debug);
    CHECK(server_of("LogLevel warn ssl:debug").log_level == LogLevel::warn);
    CHECK(server_of("LogLevel ssl:debug").log_level == LogLevel::info);
    CHECK(server_of("LogLevel warn\nLogLevel md_module:debug").log_level == LogLevel::debug);
    CHECK(fault_of("LogLevel warn ssl:loud") == "'loud' is not a possible value");
}

TEST_CASE("Listen adds up and a repetition counts once") {
    auto listens = server_of("Listen 80\nListen 192.0.2.1:443 https\nListen 80").listens;
    CHECK(listens == std::vector<model::Listen>{{"", 80}, {"192.0.2.1", 443}});
}

TEST_CASE("Listen takes no name but localhost, where the port is one of ours") {
    std::string ports = "MDPortMap 80:5080 443:5443\n";
    for (const char* port : {"5080", "5443"})
        CHECK(told(load_text(ports + "Listen www.example.org:" + port + "\n")) ==
              Told{"2:8: warning: 'www.example.org' is not an IP address: nothing answers there"});
    load_good(ports + "Listen www.example.org:80\nListen [::1]:5080\nListen *:5443\n");
    CHECK(server_of(ports + "Listen LocalHost:5080").listens ==
          std::vector<model::Listen>{{"localhost", 5080}});
    CHECK(load_text("Listen www.example.org:80\nMDPortMap 80:-\n").diagnostics.empty());
}

TEST_CASE("MDStatusListen with a port alone is for this machine only") {
    using model::StatusListen;
    auto at = [](const std::string& text) { return server_of(text).status_listens; };
    CHECK(at("MDStatusListen 9180") == std::vector<StatusListen>{{"localhost", 9180}});
    CHECK(at("MDStatusListen LocalHost:9180\nMDStatusListen 9180\nMDStatusListen [::1]:9181") ==
          std::vector<StatusListen>{{"localhost", 9180}, {"::1", 9181}});
    CHECK(at("MDStatusListen 9180\nMDStatusListen none").empty());
    CHECK(at("MDStatusListen 127.0.0.2:80").at(0).is_loopback());
}

TEST_CASE("MDStatusListen that others can reach is warned of") {
    for (const char* address : {"*", "192.0.2.1", "[2001:db8::1]", "[fe80::1%eth0]", "[::]"}) {
        Loaded loaded = load_text("MDStatusListen " + std::string(address) + ":9180\n");
        INFO(address);
        REQUIRE(loaded.diagnostics.size() == 1);
        CHECK(loaded.diagnostics[0].severity == Severity::warning);
        REQUIRE(loaded.desired.server.status_listens.size() == 1);
        CHECK_FALSE(loaded.desired.server.status_listens[0].is_loopback());
    }
    CHECK(load_text("MDStatusListen *:9180\n").desired.server.status_listens ==
          std::vector<model::StatusListen>{{"*", 9180}});
    CHECK(fault_of("MDStatusListen 127.evil.test:80") == "'127.evil.test' is not an IP address");
}

TEST_CASE("MDPortMap names what it changes, the rest is as by default") {
    CHECK(server_of("MDPortMap 80:5080").port_map == model::PortMap{5080, 443});
    CHECK(server_of("MDPortMap 443:5443 80:5080").port_map == model::PortMap{5080, 5443});
    CHECK(server_of("MDPortMap http:- https:5443").port_map == model::PortMap{std::nullopt, 5443});
    CHECK(server_of("MDPortMap 80:unix:/run/http.sock 443:-").port_map ==
          model::PortMap{std::nullopt, std::nullopt, "/run/http.sock"});
    CHECK(server_of("MDPortMap 80:- 443:-").port_map == model::PortMap{std::nullopt, std::nullopt});
}

TEST_CASE("MDHealthPath is a path that a request can have, and not one of the CA's") {
    CHECK(server_of("MDHealthPath /healthz").health_path == "/healthz");
    CHECK(server_of("MDHealthPath none").health_path == "");
    for (const char* path : {"healthz", "\"\"", "/a?b", "/a#b", "/a%20b", "\"/a b\"", "/\xc3\xa4",
                             "http://a.example/"}) {
        INFO(path);
        CHECK(
            fault_of("MDHealthPath " + std::string(path)).ends_with("is not a path of a request"));
    }
    for (const char* path : {"/.well-known", "/.well-known/health"})
        CHECK(fault_of("MDHealthPath " + std::string(path)) ==
              "what is below /.well-known/ is for the CA and others");
    CHECK(server_of("MDHealthPath /.well-knownish").health_path == "/.well-knownish");
}

TEST_CASE("MDProxyProtocol lists addresses, ranges and the Unix socket") {
    const auto sources =
        server_of("MDProxyProtocol 192.0.2.1 10.0.0.0/8 2001:db8::/32 UNIX").proxy_sources;
    CHECK(sources.unix_socket);
    REQUIRE(sources.ranges.size() == 3);
    CHECK(sources.contains(model::AddressRange::parse("10.1.2.3")->first));
    CHECK_FALSE(sources.contains(model::AddressRange::parse("192.0.2.2")->first));
    CHECK(server_of("MDProxyProtocol none").proxy_sources.empty());
    for (const char* text : {"balancer.example", "192.0.2.1:80", "10.0.0.1/8", "*", "none"})
        CHECK(fault_of("MDProxyProtocol 192.0.2.1 " + std::string(text)) ==
              "'" + std::string(text) + "' is not an address or a range of them");
}

TEST_CASE("MDNotifyCmd keeps its words as they are") {
    CHECK(server_of("MDNotifyCmd /bin/ready").notify_command == Names{"/bin/ready"});
    CHECK(load_text("MDNotifyCmd /bin/ready \"two words\" $HOME ; rm\n")
              .desired.server.notify_command ==
          Names{"/bin/ready", "two words", "$HOME", ";", "rm"});
    CHECK(fault_of("MDNotifyCmd \"\"") == "an empty command");
}

TEST_CASE("MDRetryDelay and MDCheckInterval are times in seconds") {
    CHECK(server_of("MDRetryDelay 30").retry_delay == 30s);
    CHECK(server_of("MDRetryDelay 2mi").retry_delay == 2min);
    CHECK(server_of("MDRetryDelay 500ms").retry_delay == 1s);
    CHECK(server_of("MDCheckInterval 6h").check_interval == 6h);
    CHECK(server_of("MDCheckInterval 12h").check_interval == 12h);
}

TEST_CASE("MDMaxParallel is a number of managed domains") {
    CHECK(server_of("").max_parallel == 8);
    CHECK(server_of("MDMaxParallel 1").max_parallel == 1);
    CHECK(server_of("MDMaxParallel 64").max_parallel == 64);
    for (const char* wrong : {"0", "65", "-1", "8x", "many"})
        CHECK_THAT(fault_of("MDMaxParallel " + std::string(wrong)),
                   Catch::EndsWith("is not a number from 1 to 64"));
}

TEST_CASE("MDOrderRate is a number of orders in a time, off, or what the CA is known for") {
    const std::string lets_encrypt = "https://acme-v02.api.letsencrypt.org/directory";
    const std::string other = "https://ca.example/acme.api.letsencrypt.org/directory";
    using model::OrderRate;
    CHECK(server_of("").order_rate_at(lets_encrypt) == OrderRate{300, 3h});
    CHECK_FALSE(server_of("").order_rate_at(other).is_limited());
    CHECK(server_of("MDOrderRate 100 1h").order_rate_at(other) == OrderRate{100, 1h});
    CHECK(server_of("MDOrderRate 5 90").order_rate_at(lets_encrypt) == OrderRate{5, 90s});
    CHECK_FALSE(server_of("MDOrderRate off").order_rate_at(lets_encrypt).is_limited());
    CHECK(server_of("MDOrderRate Default") == server_of(""));
    CHECK(fault_of("MDOrderRate 100") == "'100' is not a rate");
    CHECK(fault_of("MDOrderRate 0 1h") == "'0' is not a number of orders from 1 to 1000000");
    CHECK(fault_of("MDOrderRate off 1h") == "'off' is not a number of orders from 1 to 1000000");
    CHECK(fault_of("MDOrderRate 10 0s") == "'0s' is no time to count orders in");
    CHECK(fault_of("MDOrderRate 10 31d") == "'31d' is no time to count orders in");
    CHECK(fault_of("MDOrderRate 10 soon") == "'soon' is not a length of time");
}

TEST_CASE("the checks do not get rarer than every twelve hours") {
    Loaded loaded = load_text("MDCheckInterval 13h\n");
    CHECK(loaded.ok());
    CHECK(loaded.desired.server.check_interval == 12h);
}

TEST_CASE("a value that is refused leaves the default") {
    Loaded loaded = load_text("MDRetryDelay 0\nMDPortMap 80:0\nListen x\nMDCheckInterval 0s\n");
    CHECK_FALSE(loaded.ok());
    CHECK(loaded.diagnostics.size() == 4);
    CHECK(loaded.desired.server == model::ServerSettings{});
}

TEST_CASE("a path below a folder has one slash between them") {
    CHECK(path_below("/srv", "md") == "/srv/md");
    CHECK(path_below("/", "md") == "/md");
    CHECK(path_below("/srv", "/md") == "/md");
}
