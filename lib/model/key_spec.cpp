// SPDX-License-Identifier: Apache-2.0
#include "model/key_spec.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace md::model {
namespace {

struct CurveName {
    std::string_view spelled, canonical;
};
constexpr std::array<CurveName, 8> curve_names = {{{"p-256", "P-256"},
                                                   {"secp256r1", "P-256"},
                                                   {"prime256v1", "P-256"},
                                                   {"p-384", "P-384"},
                                                   {"secp384r1", "P-384"},
                                                   {"p-521", "P-521"},
                                                   {"secp521r1", "P-521"},
                                                   {"p256", "P-256"}}};

}  // namespace

std::string KeySpec::canonical_curve() const {
    for (const CurveName& name : curve_names)
        if (name.spelled == curve)
            return std::string(name.canonical);
    return curve;
}

std::string KeySpec::text() const {
    return type == Type::rsa ? "RSA " + std::to_string(bits) : canonical_curve();
}

Checked<KeySpec> parse_curve(std::string_view text) {
    std::string spelled = base::lower(text);
    for (const CurveName& name : curve_names)
        if (name.spelled == spelled)
            return KeySpec::ec(spelled);
    return Mistake{"'" + std::string(text.substr(0, 40)) + "' is not a key type",
                   "use RSA [bits], P-256 or P-384"};
}

}  // namespace md::model
