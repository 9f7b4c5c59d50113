# Which components go into which kind of package; cpack reads this for each generator.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(CPACK_COMPONENTS_ALL plugin development)
else()
  set(CPACK_COMPONENTS_ALL skill)
  set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
  set(CPACK_PACKAGING_INSTALL_PREFIX /)
  set(CPACK_ARCHIVE_SKILL_FILE_NAME
    "xai-grok-onboarding-${CPACK_PACKAGE_VERSION}-linux-${CMAKE_HOST_SYSTEM_PROCESSOR}")
endif()
