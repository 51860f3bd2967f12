// SPDX-License-Identifier: Apache-2.0
// What certificates say. Those we sign ourselves are in self_signed.cpp, the check of a CA's answer
// is in chain_mistake.cpp.
#include "crypto/certificate.hpp"

#include "base/hex.hpp"
#include "crypto/digest.hpp"
#include "crypto/owners.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>

namespace md::crypto {
namespace {

constexpr int status_request = 5;  // RFC 6066 §8

sys_seconds time_of(const ASN1_TIME* time) {
    std::tm parts{};
    check(ASN1_TIME_to_tm(time, &parts), "reading a certificate's time");
    return sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

base::BytesView content_of(const ASN1_STRING* string) {
    return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string name_text(const X509_NAME* name) {
    BioOwner bio = collector();
    // Letters beyond ASCII stay letters; control characters are escaped.
    unsigned long flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (X509_NAME_print_ex(bio.get(), name, 0, flags) < 0)
        raise("reading a certificate's issuer");
    return std::string(collected(bio));
}

bool is_root(const Certificate& certificate) {
    const X509* native = certificate.native();
    return X509_NAME_cmp(X509_get_subject_name(native), X509_get_issuer_name(native)) == 0;
}

// By names and key identifiers, which tell another CA's certificate; where the certificate names no
// key, by its signature, which takes a hundred times as long.
bool is_by(const Certificate& certificate, const Certificate& issuer) {
    bool named = X509_check_issued(issuer.native(), certificate.native()) == X509_V_OK;
    if (named && X509_get0_authority_key_id(certificate.native()) == nullptr)
        return certificate.is_signed_by(issuer);
    return named;
}

model::ChainFacts chain_facts(const std::vector<Certificate>& chain) {
    model::ChainFacts facts;
    facts.size = static_cast<unsigned>(chain.size());
    for (std::size_t i = 0; i < chain.size(); ++i) {
        if (i + 1 < chain.size() && facts.flaw.empty() && !is_by(chain[i], chain[i + 1]))
            facts.flaw = "certificate " + std::to_string(i + 1) + " of " +
                         std::to_string(chain.size()) + " in its file is not by the next one";
        if (is_root(chain[i]))
            continue;  // trusted or not, whatever its dates say
        ++facts.length;
        if (i > 0)
            facts.not_after =
                std::min(facts.not_after.value_or(chain[i].not_after()), chain[i].not_after());
    }
    ERR_clear_error();
    return facts;
}

// Of an entry of the subjectAltName; nullopt: of another kind, or its value is none.
std::optional<model::Identifier> identifier_of(int kind, const void* value) {
    if (kind != GEN_DNS && kind != GEN_IPADD)
        return std::nullopt;
    auto content = content_of(static_cast<const ASN1_STRING*>(value));
    if (kind == GEN_IPADD)
        return model::Identifier::from_octets(content);
    auto name = model::DomainName::parse(base::text_of(content));
    return name ? std::optional<model::Identifier>(*std::move(name)) : std::nullopt;
}

int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

sys_seconds Certificate::not_before() const {
    return time_of(X509_get0_notBefore(native()));
}

sys_seconds Certificate::not_after() const {
    return time_of(X509_get0_notAfter(native()));
}

std::vector<model::Identifier> Certificate::names() const {
    GeneralNamesOwner entries(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(native(), NID_subject_alt_name, nullptr, nullptr)));
    std::vector<model::Identifier> names;
    for (int i = 0; i < sk_GENERAL_NAME_num(entries.get()); ++i) {
        int kind = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(entries.get(), i), &kind);
        if (auto name = identifier_of(kind, value))
            names.push_back(*std::move(name));
    }
    ERR_clear_error();
    return names;
}

bool Certificate::must_staple() const {
    TlsFeatureOwner features(
        static_cast<TLS_FEATURE*>(X509_get_ext_d2i(native(), NID_tlsfeature, nullptr, nullptr)));
    ERR_clear_error();
    for (int i = 0; i < sk_ASN1_INTEGER_num(features.get()); ++i)
        if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == status_request)
            return true;
    return false;
}

std::string Certificate::issuer_common_name() const {
    const X509_NAME* name = X509_get_issuer_name(native());
    const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at < 0)
        return {};
    unsigned char* text = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    const Utf8Owner owner(text);
    return size < 0 ? std::string() : std::string(reinterpret_cast<char*>(text), size_t(size));
}

bool Certificate::has_key(const PrivateKey& key) const {
    const EVP_PKEY* mine = X509_get0_pubkey(native());
    return answer(mine != nullptr ? EVP_PKEY_eq(mine, key.native()) : 0);
}

bool Certificate::is_signed_by(const Certificate& issuer) const {
    EVP_PKEY* key = X509_get0_pubkey(issuer.native());
    bool named = X509_check_issued(issuer.native(), native()) == X509_V_OK;
    return answer(named && key != nullptr ? X509_verify(native(), key) : 0);
}

bool Certificate::is_same_as(const Certificate& other) const {
    return X509_cmp(native(), other.native()) == 0;
}

model::CertificateFacts Certificate::facts(const model::KeySpec& key) const {
    model::CertificateFacts facts;
    facts.key = key;
    EVP_PKEY* public_key = X509_get0_pubkey(native());
    if (key.type == model::KeySpec::Type::rsa && public_key != nullptr)
        facts.key.bits = static_cast<unsigned>(EVP_PKEY_get_bits(public_key));
    ERR_clear_error();
    facts.names = names();
    facts.not_before = not_before();
    facts.not_after = not_after();
    facts.must_staple = must_staple();
    facts.issuer = name_text(X509_get_issuer_name(native()));
    facts.serial = base::lower_hex(content_of(X509_get0_serialNumber(native())));
    base::Bytes digest = sha256(to_der());
    std::copy(digest.begin(), digest.end(), facts.fingerprint.octets.begin());
    return facts;
}

model::CertificateFacts facts_of(const std::vector<Certificate>& chain, const model::KeySpec& key) {
    model::CertificateFacts facts = chain.front().facts(key);
    facts.chain = chain_facts(chain);
    return facts;
}

std::string Certificate::to_pem() const {
    BioOwner bio = collector();
    check(PEM_write_bio_X509(bio.get(), native()), "writing a certificate");
    return std::string(collected(bio));
}

base::Bytes Certificate::to_der() const {
    return der_of(native(), i2d_X509, "writing a certificate");
}

std::vector<Certificate> parse_chain(std::string_view pem) {
    BioOwner bio = reader_of(pem);
    std::vector<Certificate> chain;
    while (X509* read = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr))
        chain.emplace_back(std::shared_ptr<X509>(read, X509_free));
    unsigned long end = ERR_peek_last_error();
    if (chain.empty() || ERR_GET_LIB(end) != ERR_LIB_PEM ||
        ERR_GET_REASON(end) != PEM_R_NO_START_LINE)
        raise("reading certificate " + std::to_string(chain.size() + 1) + " of a chain");
    ERR_clear_error();
    return chain;
}

std::string to_pem(const std::vector<Certificate>& chain) {
    std::string pem;
    for (const Certificate& certificate : chain)
        pem += certificate.to_pem();
    return pem;
}

}  // namespace md::crypto
