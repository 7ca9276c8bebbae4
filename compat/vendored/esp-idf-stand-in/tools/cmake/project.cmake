# A stand-in for the build system of ESP-IDF, just enough to build the tree in ../../../esp-idf for this
# machine: components become libraries, `main` a program that calls app_main().

macro(project name)
  _project(${name} C)
  add_executable(${name} ${IDF_STAND_IN}/start.c)
  file(GLOB components ${CMAKE_SOURCE_DIR}/components/*)
  foreach(component ${components} ${CMAKE_SOURCE_DIR}/main)
    add_subdirectory(${component})
  endforeach()
  target_link_libraries(${name} PRIVATE idf_main)
endmacro()

# A component with sources is a static library, one without an interface, as in ESP-IDF.
function(idf_component_register)
  cmake_parse_arguments(component "" "" "SRCS;INCLUDE_DIRS;REQUIRES" ${ARGN})
  get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  if(component_SRCS)
    add_library(idf_${name} STATIC ${component_SRCS})
    set(scope PUBLIC)
  else()
    add_library(idf_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(idf_${name} ${scope} ${component_INCLUDE_DIRS})
  foreach(other ${component_REQUIRES})
    target_link_libraries(idf_${name} ${scope} idf_${other})
  endforeach()
  set(COMPONENT_LIB idf_${name} PARENT_SCOPE)
endfunction()

function(add_prebuilt_library name path)
  add_library(${name} STATIC IMPORTED GLOBAL)
  get_filename_component(location ${path} ABSOLUTE)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${location})
endfunction()

set(IDF_STAND_IN ${CMAKE_CURRENT_LIST_DIR})
