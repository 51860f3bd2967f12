# SPDX-License-Identifier: Apache-2.0
# Where everything that is not ours comes from, and how all of it is compiled.
find_program(CCACHE ccache)
if(CCACHE)
    # Without a preprocessor run of its own, and over precompiled headers (its manual, "Precompiled
    # headers").
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS url)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(CLI11 2.1 REQUIRED)

# spdlog and fmt are compiled into base/log.cpp, the only file that sees them: a shared library each,
# mapped for a handful of log lines, would be a tenth of the daemon's memory.
#
# Everything below is common to every room. Asio and Beast are compiled once, in lib/base/asio.cpp,
# lib/base/beast.cpp and lib/http/asio_ssl.cpp, instead of in each file that uses them.
add_library(md_flags INTERFACE)
target_include_directories(md_flags INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_compile_definitions(md_flags INTERFACE
    BOOST_ENABLE_ASSERT_HANDLER
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_BEAST_SEPARATE_COMPILATION
    MDCERTD_VERSION="${PROJECT_VERSION}")
target_compile_options(md_flags INTERFACE
    # Where files are compiled some at once, a parameter may have the name of another file's constant.
    -Wall -Wextra -Wpedantic
    -Wshadow$<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:=local>
    -Wconversion $<$<BOOL:${MD_WERROR}>:-Werror>
    # GCC 12 takes the frame allocator of Asio's coroutines for a mismatch once it is inlined.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
    -fstack-protector-strong -ffunction-sections -fdata-sections)
target_link_options(md_flags INTERFACE -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)
if(MD_SANITIZE)
    target_compile_options(md_flags INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
        # GCC 12 sees uninitialized memory in sound code once it is instrumented.
        $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_link_options(md_flags INTERFACE -fsanitize=address,undefined)
endif()
