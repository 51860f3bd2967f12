// SPDX-License-Identifier: Apache-2.0
// md_store.json: {"store": {"version": 3.0}, "key": "64 characters of base64url"}.
#include "base/base64url.hpp"
#include "store/json_record.hpp"

namespace md::store {

Parsed<StoreHeader> parse_header(std::string_view text) {
    auto json = parse_object(text);
    if (!json)
        return json.error();
    Damage damage;
    Members header(*json, &damage.why);
    StoreHeader result;
    const Json* version = header.object("store").find("version");
    // As in mod_md, what is no usable number is the version that did not write one.
    result.version = version != nullptr && version->is_number() && version->get<double>() > 0
                         ? version->get<double>()
                         : 1.0;
    std::string key_text = header.text("key");
    auto key = base::base64url_decode(key_text);
    base::wipe(key_text.data(), key_text.size());
    if (key_text.empty())
        header.wrong("key", "is missing");
    else if (!key || key->size() != store_key_size)
        header.wrong("key", "is not 48 octets in base64url");
    if (!damage.why.empty())
        return damage;
    result.key = base::Secret(base::BytesView(*key));
    base::wipe(key->data(), key->size());
    return result;
}

std::string to_text(const StoreHeader& header) {
    Json json;
    json["store"]["version"] = header.version;
    json["key"] = base::base64url_encode(header.key.bytes());
    return json_text(json);
}

}  // namespace md::store
