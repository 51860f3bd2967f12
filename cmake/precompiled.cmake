# SPDX-License-Identifier: Apache-2.0
# The large headers that most files read, read once: the standard library, Asio, and Catch for tests.
# Not JSON: reading it precompiled costs every other file more than it saves its own few. Each file
# still includes what it needs; a build with -DMD_PRECOMPILE=OFF proves it.
option(MD_PRECOMPILE "Precompile the large headers" ON)

set(MD_LARGE_HEADERS
    <algorithm> <array> <chrono> <filesystem> <functional> <map> <memory> <optional> <set> <span>
    <sstream> <string> <string_view> <vector>
    <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp>
    <boost/asio/bind_cancellation_slot.hpp> <boost/asio/co_spawn.hpp> <boost/asio/deferred.hpp>
    <boost/asio/experimental/parallel_group.hpp> <boost/asio/io_context.hpp>
    <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp> <boost/asio/redirect_error.hpp>
    <boost/asio/steady_timer.hpp> <boost/asio/this_coro.hpp> <boost/asio/thread_pool.hpp>
    <boost/asio/use_awaitable.hpp>)

# As Debian's packages are; of what is shipped only, since it needs optimization.
option(MD_FORTIFY "Check the bounds of calls of the C library" OFF)

function(md_fortified target name)
    if(MD_FORTIFY AND name STREQUAL md_large_headers)
        target_compile_options(${target} PRIVATE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    endif()
endfunction()

# md_precompiled(NAME LIBRARIES target... HEADERS header...): what md_reads_precompiled() may name.
function(md_precompiled name)
    cmake_parse_arguments(PRE "" "" "LIBRARIES;HEADERS" ${ARGN})
    if(NOT MD_PRECOMPILE)
        return()
    endif()
    file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE ${PRE_LIBRARIES})
    target_precompile_headers(${name} PRIVATE ${PRE_HEADERS})
    md_fortified(${name} ${name})
endfunction()

function(md_reads_precompiled target name)
    md_fortified(${target} ${name})
    if(MD_PRECOMPILE)
        target_precompile_headers(${target} REUSE_FROM ${name})
        # ccache sees what is in a precompiled header only with this.
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    endif()
endfunction()
