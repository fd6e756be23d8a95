# libre and librem: target Re::re.
#
# Debian's pkg-config files name only the include folders, while re.h needs the definitions that the
# library was built with. struct sa is padded, so HAVE_INET6 does not change the ABI of 1.1 and 2.0.
# librem is a part of libre from 3.0 on.

pkg_check_modules(RE REQUIRED IMPORTED_TARGET libre>=1.1.0)
pkg_check_modules(REM IMPORTED_TARGET librem)

if(NOT TARGET Re::re)
    add_library(Re::re INTERFACE IMPORTED)
    target_link_libraries(Re::re INTERFACE PkgConfig::RE)
    if(REM_FOUND)
        target_link_libraries(Re::re INTERFACE PkgConfig::REM)
    endif()
    target_compile_definitions(Re::re INTERFACE
        HAVE_INTTYPES_H HAVE_STDBOOL_H HAVE_INET6 USE_OPENSSL RELEASE)
    # -isystem: the headers are not ours to warn about
    get_target_property(RE_DIRS PkgConfig::RE INTERFACE_INCLUDE_DIRECTORIES)
    target_include_directories(Re::re SYSTEM INTERFACE ${RE_DIRS})
endif()
set(Re_FOUND TRUE)
