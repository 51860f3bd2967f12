// SPDX-License-Identifier: Apache-2.0
// Trees as other clients keep them, in a folder of the test's own, with real keys and certificates.
#pragma once

#include "base/base64url.hpp"
#include "crypto/test_authority.hpp"
#include "import/clients.hpp"
#include "import/decide.hpp"
#include "support/scratch.hpp"

#include <openssl/core_names.h>

#include <chrono>
#include <map>
#include <string>

namespace md::test {

inline constexpr std::chrono::sys_seconds now =
    std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};
using std::chrono::days;

inline const char* const ca_url = "https://ca.test/directory";

struct Pair {
    std::string key, chain, issuer;  // PEM; chain: leaf and issuer
};

// For these names; valid until so many days from now.
inline Pair certified(const std::string& names, days left = days{60},
                      const model::KeySpec& spec = model::KeySpec::ec("p-256")) {
    static const TestAuthority authority("test issuer", now - days{1000}, now + days{1000});
    const auto key = crypto::PrivateKey::generate(spec);
    std::string subject;
    for (std::size_t begin = 0; begin < names.size();) {
        const auto end = std::min(names.find(' ', begin), names.size());
        subject += (subject.empty() ? "DNS:" : ",DNS:") + names.substr(begin, end - begin);
        begin = end + 1;
    }
    const auto leaf = authority.issue(key, {"leaf", subject, now - days{90}, now + left});
    const std::string issuer = authority.certificate().to_pem();
    return {std::string(key.to_pem().reveal()), leaf.to_pem() + issuer, issuer};
}

class TreeFolder {
public:
    void put(const fs::path& path, const std::string& text) const {
        fs::create_directories((scratch_ / path).parent_path());
        write_file(scratch_ / path, text);
    }
    void link(const fs::path& path, const fs::path& target) const {
        fs::create_directories((scratch_ / path).parent_path());
        fs::create_symlink(target, scratch_ / path);
    }
    import::Tree tree() const {return import::Tree(scratch_.path().string());
} import::Found read(import::ImportSource client, std::vector<std::string> authorities = {}) const {
    return import::read(client, tree(), import::CaDirectories(std::move(authorities)));
}
const fs::path& path() const {
    return scratch_.path();
}

private:
Scratch scratch_;
};  // namespace md::test

// A key as JWK, with the private members.
inline std::string private_jwk(const crypto::PrivateKey& key) {
    std::string json = key.public_jwk();
    json.pop_back();
    const auto add = [&](const char* member, const char* parameter) {
        BIGNUM* number = nullptr;
        crypto::check(EVP_PKEY_get_bn_param(key.native(), parameter, &number), "test");
        const crypto::NumberOwner owner(number);
        base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
        BN_bn2bin(number, bytes.data());
        json += std::string(",\"") + member + "\":\"" + base::base64url_encode(bytes) + "\"";
    };
    if (!key.is_rsa()) {
        add("d", OSSL_PKEY_PARAM_PRIV_KEY);
        return json + "}";
    }
    for (const auto& [member, parameter] :
         std::map<const char*, const char*>{{"d", OSSL_PKEY_PARAM_RSA_D},
                                            {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                            {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                            {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                            {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                            {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}})
        add(member, parameter);
    return json + "}";
}

// "SOURCE: WHY" of each, one a line.
inline std::string lines_of(const std::vector<import::SkippedPart>& troubles) {
    std::string text;
    for (const import::SkippedPart& trouble : troubles)
        text += trouble.source + ": " + trouble.why + "\n";
    return text;
}

}  // namespace md::test
