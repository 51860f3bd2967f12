// SPDX-License-Identifier: Apache-2.0
// OpenSSL wipes most of what held a key, but not all: buffers of its decoders and encoders, what a
// realloc leaves behind. This wipes all that it gives back.
#pragma once

namespace md::crypto {

// Before anything else of OpenSSL is called; false when it was too late.
bool wipe_what_openssl_frees();

}  // namespace md::crypto
