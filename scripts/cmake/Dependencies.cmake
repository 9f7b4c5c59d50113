# Debian's packages, found the ordinary way.  scripts/setup.sh installs them.
find_package(CURL 7.88 REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET "libsodium>=1.0.18")

# RapidJSON's package has no target.  A private namespace keeps its inline functions apart
# from those of a host that brings another version.
find_package(RapidJSON 1.1 REQUIRED)
add_library(xai_rapidjson INTERFACE)
target_include_directories(xai_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})
target_compile_definitions(xai_rapidjson INTERFACE
  RAPIDJSON_NAMESPACE=xai_rapidjson
  "RAPIDJSON_NAMESPACE_BEGIN=namespace xai_rapidjson {"
  "RAPIDJSON_NAMESPACE_END=}")

# Boost.DLL is header-only when it uses std::filesystem.
add_library(xai_boost_dll INTERFACE)
target_include_directories(xai_boost_dll SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(xai_boost_dll INTERFACE BOOST_DLL_USE_STD_FS)
target_link_libraries(xai_boost_dll INTERFACE ${CMAKE_DL_LIBS})
