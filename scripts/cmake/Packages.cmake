# What `cpack` in a release build makes, and scripts/package.sh with it:
#
#   cpack -G TGZ    the drop-in: unpacks to xai-grok-onboarding/
#   cpack -G DEB    xai-grok (plugin and programs) and llm-provider-dev (for authors of hosts)
install(DIRECTORY ${XAI_SKILL_DIR}/ DESTINATION xai-grok-onboarding USE_SOURCE_PERMISSIONS
        COMPONENT skill EXCLUDE_FROM_ALL PATTERN __pycache__ EXCLUDE)
foreach(package xai-grok:plugin llm-provider-dev:development)
  string(REPLACE ":" ";" parts ${package})
  list(GET parts 0 name)
  list(GET parts 1 component)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright
          DESTINATION share/doc/${name} COMPONENT ${component})
endforeach()

# For find_package(llm_provider) and pkg-config.
include(CMakePackageConfigHelpers)
configure_file(${CMAKE_CURRENT_LIST_DIR}/llm_provider.pc.in llm_provider.pc @ONLY)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/llm_providerConfig.cmake.in
  llm_providerConfig.cmake INSTALL_DESTINATION lib/cmake/llm_provider
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(llm_providerConfigVersion.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/llm_provider.pc
        DESTINATION share/pkgconfig COMPONENT development)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/llm_providerConfig.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/llm_providerConfigVersion.cmake
        DESTINATION lib/cmake/llm_provider COMPONENT development)

set(CPACK_PACKAGE_NAME xai-grok)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "The xai-grok authors")
set(CPACK_PACKAGE_CONTACT "The xai-grok authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/PackagesByGenerator.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/SetFileTimes.cmake)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 1)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_NAME xai-grok)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_SECTION libs)
# As the libraries and the sample host are linked; a test holds it.
set(CPACK_DEBIAN_PLUGIN_PACKAGE_DEPENDS
  "libc6 (>= 2.34), libcurl4 (>= 7.88.0), libedit2, libgcc-s1, libqrencode4, libsodium23 (>= 1.0.18), libstdc++6 (>= 12)")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME llm-provider-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libboost-dev (>= 1.74), rapidjson-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "Headers, schemas and the Python binding of the llm.provider interface")
include(CPack)
