// SPDX-License-Identifier: Apache-2.0
// Beast's code, compiled once for the whole program.
#include <boost/beast/src.hpp>
