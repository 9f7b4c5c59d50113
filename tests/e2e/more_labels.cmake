# Included by CTest after the tests were discovered: gtest_discover_tests() loses all labels
# but the first.
foreach(program back_pressure lifecycle)
  if(e2e_${program}_test_TESTS)
    set_tests_properties(${e2e_${program}_test_TESTS} PROPERTIES LABELS "e2e;plain")
  endif()
endforeach()
if(e2e_schedule_test_TESTS)
  set_tests_properties(${e2e_schedule_test_TESTS} PROPERTIES LABELS "e2e;threads")
endif()
