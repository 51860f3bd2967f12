#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# layering.sh, style.sh, names.sh and links.sh can fail: a small tree that is clean passes, and each sin put into it is
# found and named.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
spdx='// SPDX-License-Identifier: Apache-2.0'
bad=0

clean_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/lib/{base,model,http,acme} "$tree"/{tests,daemon,packaging,cmake,.ci}
    printf '# SPDX-License-Identifier: Apache-2.0\nmd_room(base USES Boost::headers)\nmd_room(model USES Boost::headers)\nmd_room(http USES md_base)\nmd_room(acme USES md_http md_model)\n' > "$tree/lib/CMakeLists.txt"
    cp "$here/../.clang-format" "$tree/"
    put lib/base/task.hpp '#include <boost/asio/awaitable.hpp>'
    put lib/base/bytes.hpp '#include <vector>'
    put lib/model/name.hpp '#include <string>'
    put lib/http/message.hpp '#include "base/bytes.hpp"'
    put lib/acme/messages.hpp '#include "base/bytes.hpp"' '#include "http/message.hpp"'
    put lib/acme/client.cpp '#include "base/task.hpp"'
    printf '# A tree\n\n[rooms](lib/README.md#the-rooms-of-lib), `base/task.hpp`\n' > "$tree/README.md"
    printf '# The rooms of `lib/`\n\n[up](../README.md#a-tree)\n' > "$tree/lib/README.md"
}
put() {   # FILE LINE...
    local file=$1
    shift
    printf '%s\n' "$spdx" "$@" > "$tree/$file"
}
passes() {   # CHECK
    local output
    output=$("$here/$1" "$tree" 2>&1) || {
        echo "$1 finds fault with a clean tree: $output"
        bad=1
    }
}
finds() {   # CHECK WORDS: and then the tree is clean again
    local output status=0
    output=$("$here/$1" "$tree" 2>&1) || status=$?
    if [ $status -eq 0 ] || ! grep -qF -- "$2" <<< "$output"; then
        echo "$1 should have said \"$2\" (exit status $status): $output"
        bad=1
    fi
    clean_tree
}

clean_tree
passes layering.sh
passes style.sh
passes links.sh
export LEFT=
passes names.sh
put lib/base/bytes.hpp '#include "http/message.hpp"'
finds layering.sh 'lib/base/bytes.hpp:2: base may not see http'
put lib/model/name.hpp '#include "base/bytes.hpp"'
finds layering.sh 'lib/model/name.hpp:2: model may not see base'
put lib/model/name.hpp '#include <fstream>'
finds layering.sh 'lib/model/name.hpp: pure, but: model/name.hpp -> <fstream>'
put lib/http/message.hpp '#include "base/task.hpp"'
finds layering.sh 'acme/messages.hpp -> http/message.hpp -> base/task.hpp -> <boost/asio/awaitable.hpp>'
put lib/acme/messages.hpp '#include "base/log.hpp"'
finds layering.sh 'lib/acme/messages.hpp: pure, but: base/log.hpp is not'
put lib/acme/client.cpp '#include "task.hpp"'
finds layering.sh '"task.hpp" is not rooted at a room'

put lib/model/name.hpp 'struct Name;' 'enum class Kind { one };' 'struct Name : Base {' '};'
put lib/acme/client.cpp 'class Name;' 'struct Name::Inner {' '};'
passes names.sh
put lib/acme/client.cpp 'template <typename T> class Name final {' '};'
finds names.sh 'Name: is declared more than once: lib/acme/client.cpp:2 lib/model/name.hpp:4'
put lib/model/name.hpp 'enum Kind { one };'
put lib/acme/client.cpp '    struct Kind {' '    };'
finds names.sh 'Kind: is declared more than once'
LEFT=Kind finds names.sh 'Kind: is there once, take it out'

echo '[gone](http/README.md)' >> "$tree/lib/README.md"
finds links.sh 'lib/README.md:4: http/README.md is not there'
echo '[wrong](../README.md#a-house)' >> "$tree/lib/README.md"
finds links.sh 'lib/README.md:4: ../README.md#a-house: lib/../README.md has no such heading'
echo 'see `base/tasks.hpp`' >> "$tree/README.md"
finds links.sh 'README.md:4: there is no file base/tasks.hpp'

echo '#include <string>' > "$tree/lib/model/name.hpp"
finds style.sh 'lib/model/name.hpp: no SPDX line'
put lib/base/util.hpp '#include <string>'
finds style.sh 'lib/base/util.hpp: named for no thing'
put tests/nap_test.cpp 'void nap() {' '    std::this_thread::sleep_''for(1s);' '}'
finds style.sh 'tests/nap_test.cpp:3:'
printf '# SPDX-License-Identifier: Apache-2.0\necho a; slee''p 5\n' > "$tree/tests/nap.sh"
finds style.sh 'tests/nap.sh:2:'
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    put lib/model/name.hpp 'int   x ;'
    finds style.sh 'not formatted'
fi
exit $bad
