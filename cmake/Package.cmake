# The Debian package: `cpack` in the build directory of the release preset, or its target `package`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ars-phone)
set(CPACK_PACKAGE_CONTACT "The ARS Phone authors <arsphone@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "telephone for Asterisk and FreeSWITCH")
set(CPACK_PACKAGE_DESCRIPTION
"A desktop telephone for people whose company has an Asterisk or FreeSWITCH PBX.
It speaks SIP over secure WebSocket (RFC 7118), encrypts every call
(DTLS-SRTP), checks the server's certificate, keeps reconnecting, and holds
several calls at once.
.
Besides the window, ars-phone, there is ars-phone-cli, the same engine on the
command line.")
set(CPACK_STRIP_FILES ON)
# the files lie under /usr, wherever the build would have installed them to
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION comm)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE https://github.com/arsphone/ars-phone)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# certificates to trust, and what reads the icons
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, hicolor-icon-theme, librsvg2-common")
# sound through the desktop's server, and a keyring for the password
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libasound2-plugins, gnome-keyring | keepassxc | kwalletmanager")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

include(CPack)
