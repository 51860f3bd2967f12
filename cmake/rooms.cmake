# SPDX-License-Identifier: Apache-2.0

# md_room(NAME USES target...): the folder is a room of the house: one namespace md::NAME, one
# target md_NAME. USES names the rooms it may see; tests/layering checks the includes against it.
function(md_room name)
    cmake_parse_arguments(ROOM "" "" "USES" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
    if(sources)
        add_library(md_${name} STATIC ${sources})
        target_link_libraries(md_${name} PUBLIC md_flags ${ROOM_USES})
        md_reads_precompiled(md_${name} md_large_headers)
    else()
        add_library(md_${name} INTERFACE)
        target_link_libraries(md_${name} INTERFACE md_flags ${ROOM_USES})
    endif()
endfunction()

# md_room_test(NAME): tests/NAME/*.cpp become the program test_NAME, one ctest of that name, and where
# there are test cases tagged [long], a second one, NAME_long, with the label long.
function(md_room_test name)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
    if(sources)
        add_executable(test_${name} ${sources})
        target_link_libraries(test_${name} PRIVATE md_${name} md_test_support ${ARGN})
        md_reads_precompiled(test_${name} md_test_headers)
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
