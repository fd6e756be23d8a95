# Compiler flags of everything we build: target ars_flags.

set(ARS_SANITIZE "" CACHE STRING "sanitizers, e.g. address,undefined or thread")

add_library(ars_flags INTERFACE)
target_compile_definitions(ars_flags INTERFACE _GNU_SOURCE)
target_compile_options(ars_flags INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Wundef -Wimplicit-fallthrough
    -Wno-unused-parameter -fno-common -fno-strict-aliasing -fvisibility=hidden)

if(ARS_SANITIZE)
    target_compile_options(ars_flags INTERFACE
        -O1 -g -fno-omit-frame-pointer -fsanitize=${ARS_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(ars_flags INTERFACE -fsanitize=${ARS_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(ars_flags INTERFACE
        -O2 -g -fPIE -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE
        -D_FORTIFY_SOURCE=2)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i.86")
        target_compile_options(ars_flags INTERFACE -fcf-protection)
    endif()
    target_link_options(ars_flags INTERFACE -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
else()
    target_compile_options(ars_flags INTERFACE -Og -g)
endif()

# Coverage of the rooms for libFuzzer; without it a target sees nothing but its own file.
if(ARS_FUZZ)
    target_compile_options(ars_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(ars_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
