# Compiler settings shared by every target of the project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wconversion -Wshadow)
if(STAYDOWN_WERROR)
  add_compile_options(-Werror)
endif()
if(STAYDOWN_SANITIZE)
  add_compile_options(-fsanitize=${STAYDOWN_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${STAYDOWN_SANITIZE})
endif()

# One library per folder of src/: staydown_library(core SOURCES a.cc b.cc DEPENDS staydown_core ...).
# DEPENDS are seen by users of the library; LINKS stay private to the folder, which is how a foreign
# dependency's headers are kept from the others.
function(staydown_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  add_library(staydown_${name} STATIC ${ARG_SOURCES})
  target_include_directories(staydown_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(staydown_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_LINKS})
endfunction()

# One test executable per folder of tests/: staydown_test(core SOURCES a_test.cc LINKS staydown_core).
# NEEDS names the ctest fixture that must be up.
function(staydown_test name)
  cmake_parse_arguments(ARG "SERIAL" "NEEDS" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name}_test PRIVATE ${ARG_LINKS} GTest::gmock_main)
  gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 600 FIXTURES_REQUIRED "${ARG_NEEDS}" RUN_SERIAL "${ARG_SERIAL}")
endfunction()
