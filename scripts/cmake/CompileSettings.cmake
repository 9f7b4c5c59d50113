# Warnings, hardening and sanitizers, as targets: linked PRIVATE by everything of ours.
add_library(xai_warnings INTERFACE)
target_compile_options(xai_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wundef
  -Wnull-dereference -Wdouble-promotion -Wconversion -Wsign-conversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
    -Wextra-semi>
  # g++ 12 warns without cause about "literal" + std::string when it optimises.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${XAI_WERROR}>:-Werror>)

add_library(xai_hardening INTERFACE)
if(XAI_HARDENING)
  target_compile_options(xai_hardening INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
    -fcf-protection=full $<$<CXX_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero>)
  target_link_options(xai_hardening INTERFACE
    -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
endif()

# Sanitizers work only if the whole tree has them: a plugin with ASan needs a host with ASan.
if(XAI_SANITIZE)
  add_compile_options(-fsanitize=${XAI_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${XAI_SANITIZE})
endif()
if(XAI_FUZZ)
  add_compile_options(
    -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/tests/fuzz/sanitizer_ignore.txt)
endif()

# What a shared library of ours needs so that dlclose really unmaps it.
add_library(xai_unloadable INTERFACE)
target_compile_options(xai_unloadable INTERFACE
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)

add_library(xai_settings INTERFACE)
target_link_libraries(xai_settings INTERFACE xai_warnings xai_hardening xai_unloadable)
