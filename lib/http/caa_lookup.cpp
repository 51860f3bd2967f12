// SPDX-License-Identifier: Apache-2.0
#include "http/caa_lookup.hpp"

#include "http/transport.hpp"

#include <arpa/nameser.h>
#include <array>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

namespace md::http {
namespace {

constexpr int type_caa = 257;

// The state of libresolv for one round of questions.
class Resolver {
public:
    Resolver() {
        if (::res_ninit(&state_) != 0)
            throw TransportError("the resolver of this system cannot be used");
        state_.retrans = 3;  // seconds
        state_.retry = 2;
    }
    ~Resolver() { ::res_nclose(&state_); }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // The records of this very name, aliases followed by the name server.
    std::vector<std::string> caa_of(const std::string& name) {
        std::array<unsigned char, 65536> answer{};
        int size = ::res_nquery(&state_, name.c_str(), ns_c_in, type_caa, answer.data(),
                                static_cast<int>(answer.size()));
        if (size < 0 && (state_.res_h_errno == HOST_NOT_FOUND || state_.res_h_errno == NO_DATA))
            return {};
        if (size < 0)
            throw TransportError(name + ": no name server tells its CAA records");
        return records_in(answer.data(), size, name);
    }

private:
    static std::vector<std::string> records_in(const unsigned char* answer, int size,
                                               const std::string& name) {
        ns_msg message;
        if (::ns_initparse(answer, size, &message) != 0)
            throw TransportError(name + ": the name server's answer is broken");
        std::vector<std::string> records;
        for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
            ns_rr record;
            if (::ns_parserr(&message, ns_s_an, i, &record) != 0)
                throw TransportError(name + ": the name server's answer is broken");
            if (ns_rr_type(record) == type_caa)
                records.emplace_back(reinterpret_cast<const char*>(ns_rr_rdata(record)),
                                     ns_rr_rdlen(record));
        }
        return records;
    }

    struct __res_state state_ {};
};

}  // namespace

CaaAnswer look_up_caa(std::string name) {
    Resolver resolver;
    while (!name.empty()) {
        CaaAnswer answer{name, resolver.caa_of(name)};
        if (!answer.rdata.empty())
            return answer;
        auto dot = name.find('.');
        name = dot == std::string::npos ? "" : name.substr(dot + 1);
    }
    return {};
}

}  // namespace md::http
