# SPDX-License-Identifier: Apache-2.0

# Files of a room are compiled some at once: what each of them includes is read, and what each instantiates
# is made, once for all of them, which halves the cost of a build. So a name in an anonymous namespace is
# unique in its room (-DMD_UNITY=1000 finds those that are not), and each file still includes what it
# needs (-DMD_UNITY=OFF -DMD_PRECOMPILE=OFF proves it). More at once would cost who changes one of them.
set(MD_UNITY 16 CACHE STRING "How many files of a room are compiled at once, or OFF")

function(md_some_at_once target)
    if(MD_UNITY)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${MD_UNITY})
        # Each batch is a file that only includes others: GCC takes what is in them for headers'.
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    endif()
endfunction()

# md_room(NAME USES target...): the folder is a room of the house: one namespace md::NAME, one
# target md_NAME. USES names the rooms it may see; tests/layering checks the includes against it.
function(md_room name)
    cmake_parse_arguments(ROOM "" "" "USES" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
    if(sources)
        add_library(md_${name} STATIC ${sources})
        target_link_libraries(md_${name} PUBLIC md_flags ${ROOM_USES})
        md_reads_precompiled(md_${name} md_large_headers)
        md_some_at_once(md_${name})
    else()
        add_library(md_${name} INTERFACE)
        target_link_libraries(md_${name} INTERFACE md_flags ${ROOM_USES})
    endif()
endfunction()

# What `tests/run.sh --quick` runs: all tests that need no CA.
if(MD_TESTS)
    add_custom_target(quick_tests DEPENDS mdcertd)
endif()

# md_room_test(NAME): tests/NAME/*.cpp become the program test_NAME, one ctest of that name, and where
# there are test cases tagged [long], a second one, NAME_long, with the label long.
function(md_room_test name)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
    if(sources)
        add_executable(test_${name} ${sources})
        target_link_libraries(test_${name} PRIVATE md_${name} md_test_support ${ARGN})
        md_reads_precompiled(test_${name} md_test_headers)
        add_dependencies(quick_tests test_${name})
        add_test(NAME ${name} COMMAND test_${name} ~[long])
        set_tests_properties(${name} PROPERTIES TIMEOUT 120)
        foreach(source ${sources})
            file(STRINGS ${source} tagged REGEX "\\[long\\]")
            if(tagged AND NOT TEST ${name}_long)
                add_test(NAME ${name}_long COMMAND test_${name} [long])
                set_tests_properties(${name}_long PROPERTIES LABELS long TIMEOUT 1800)
            endif()
        endforeach()
    endif()
endfunction()
