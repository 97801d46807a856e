# shellcheck shell=bash disable=SC2154
# What has to be on the machine, and how it gets there. Sourced by ./dev; needs its functions step, run_logged and fail.

# group   found by (any of)                        apt (first of)        dnf              brew          pacman
# "cmd:" a command, "pc:" a pkg-config module, "file:" a path with wildcards; "-": not packaged there, or not needed.
package_table='
build     cmd:g++                                  g++                   gcc-c++          gcc           gcc
build     cmd:clang++-19,cmd:clang++               clang-19/clang        clang            llvm          clang
build     cmd:python3                              python3               python3          python        python
build     cmd:meson                                meson                 meson            meson         meson
build     cmd:ninja                                ninja-build           ninja-build      ninja         ninja
build     cmd:pkg-config                           pkg-config            pkgconf          pkgconf       pkgconf
build     cmd:ccache                               ccache                ccache           ccache        ccache
build     cmd:xz                                   xz-utils              xz               xz            xz
build     file:/etc/ssl/certs/ca-certificates.crt,file:/etc/ssl/cert.pem,file:/etc/pki/tls/certs/ca-bundle.crt ca-certificates ca-certificates ca-certificates ca-certificates
build     pc:zlib                                  zlib1g-dev            zlib-devel       zlib          zlib
build     pc:libbrotlienc                          libbrotli-dev         brotli-devel     brotli        brotli
build     pc:libzstd                               libzstd-dev           libzstd-devel    zstd          zstd
build     pc:gtest                                 libgtest-dev          gtest-devel      googletest    gtest
build     pc:gmock                                 libgmock-dev          gmock-devel      googletest    gtest
test      cmd:openssl                              openssl               openssl          openssl       openssl
test      cmd:gnutls-cli                           gnutls-bin            gnutls-utils     gnutls        gnutls
test      cmd:curl                                 curl                  curl             curl          curl
test      pc:hiredis                               libhiredis-dev        hiredis-devel    hiredis       hiredis
test      cmd:redis-server                         redis-server          redis            redis         redis
test      cmd:tshark                               tshark                wireshark-cli    wireshark     wireshark-cli
test      cmd:valgrind                             valgrind              valgrind-devel   -             valgrind
test      file:/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.asan-*.a,file:/usr/lib/clang/*/lib/*/libclang_rt.asan*.a,file:/usr/lib64/clang/*/lib/*/libclang_rt.asan*.a,file:/opt/homebrew/opt/llvm/bin/clang libclang-rt-19-dev/libclang-rt-dev compiler-rt - compiler-rt
test      cmd:llvm-symbolizer-19,cmd:llvm-symbolizer llvm-19/llvm         llvm             llvm          llvm
lint      cmd:clang-format-19                      clang-format-19       clang-tools-extra clang-format  clang
lint      cmd:clang-tidy-19                        clang-tidy-19         clang-tools-extra llvm          clang
test      file:/usr/include/asio.hpp,file:/opt/homebrew/include/asio.hpp libasio-dev           asio-devel       asio          asio
check     cmd:cmake                                cmake                 cmake            cmake         cmake
check     cmd:dh                                   debhelper             -                -             -
check     cmd:dpkg-buildpackage                    dpkg-dev              -                -             -
check     cmd:groff                                groff/groff-base      groff            groff         groff
check     cmd:sslscan                              sslscan               sslscan          sslscan       sslscan
check     cmd:doxygen                              doxygen               doxygen          doxygen       doxygen
check     pc:botan-2                               libbotan-2-dev        -                -             -
check     cmd:x86_64-w64-mingw32-g++               g++-mingw-w64-x86-64  mingw64-gcc-c++  mingw-w64     mingw-w64-gcc
nightly   cmd:testssl,cmd:testssl.sh               testssl.sh            testssl          testssl       testssl.sh
cross     cmd:aarch64-linux-gnu-g++                g++-aarch64-linux-gnu -                -             -
cross     cmd:s390x-linux-gnu-g++                  g++-s390x-linux-gnu   -                -             -
cross     cmd:qemu-s390x                           qemu-user             qemu-user        -             qemu-user
cross     file:/usr/src/googletest/googlemock/src/gmock-all.cc googletest -              -             -
bench     pc:benchmark                             libbenchmark-dev      google-benchmark-devel google-benchmark benchmark
bench     pc:openssl                               libssl-dev            openssl-devel    openssl       openssl
bench     pc:gnutls                                libgnutls28-dev       gnutls-devel     gnutls        gnutls
foreign   pc:openssl                               libssl-dev            openssl-devel    openssl@3     openssl
foreign   pc:gnutls                                libgnutls28-dev       gnutls-devel     gnutls        gnutls
afl       cmd:afl-fuzz                             afl++                 american-fuzzy-lop afl-fuzz    afl++
afl       file:/usr/lib/llvm-*/include/c++/v1/vector,file:/usr/include/c++/v1/vector libc++-19-dev/libc++-dev libcxx-devel - libc++
afl       file:/usr/lib/llvm-*/lib/libc++abi.a,file:/usr/lib/libc++abi.a,file:/usr/lib64/libc++abi.a libc++abi-19-dev/libc++abi-dev libcxxabi-devel - libc++abi
coverage  cmd:gcovr                                gcovr                 gcovr            gcovr         gcovr
'

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

is_there() { # TESTS: any of them holds
    local test
    for test in ${1//,/ }; do
        case $test in
            cmd:*) command -v "${test#cmd:}" >/dev/null && return 0 ;;
            pc:*) command -v pkg-config >/dev/null && pkg-config --exists "${test#pc:}" && return 0 ;;
            file:*) compgen -G "${test#file:}" >/dev/null && return 0 ;;
        esac
    done
    return 1
}

# The first of several package names that the archive has; nothing where it has none of them.
first_available() {
    local name
    for name in ${1//\// }; do
        if apt-cache show --no-all-versions "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
}

need_packages() { # GROUP...: installs what is missing, or says what it is
    local group found_by apt dnf brew pacman missing=()
    while read -r group found_by apt dnf brew pacman; do
        [[ " $* " == *" $group "* ]] && ! is_there "$found_by" && missing+=("$apt $dnf $brew $pacman")
    done < <(grep -v '^$' <<<"$package_table")
    [ ${#missing[@]} -eq 0 ] && return
    if command -v apt-get >/dev/null; then
        install_with_apt "${missing[@]}"
    else
        name_missing "${missing[@]}"
    fi
}

name_missing() { # "apt dnf brew pacman"...
    local column=2 install="sudo dnf install"
    if command -v brew >/dev/null; then column=3 install="brew install"
    elif command -v pacman >/dev/null; then column=4 install="sudo pacman -S"
    elif ! command -v dnf >/dev/null; then column=1 install="install, by this system's own package names,"
    fi
    local names
    names=$(printf '%s\n' "$@" | awk -v c=$column '$c != "-" { print $c }' | sort -u | paste -sd' ')
    [ -z "$names" ] || fail "some programs and libraries are missing" "$install $names"
}

install_with_apt() { # "apt dnf brew pacman"...
    local wanted names=() alternatives name
    wanted=$(printf '%s\n' "$@" | awk '$1 != "-" { print $1 }')
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "some packages are missing, and there is no sudo to install them with" \
            "as root: apt-get install ${wanted//$'\n'/ }"
    fi
    run_logged "reading the archive's package lists" as_root apt-get update
    for alternatives in $wanted; do
        name=$(first_available "$alternatives")
        if [ -n "$name" ]; then names+=("$name"); else echo "    the archive has no package $alternatives; going on without it"; fi
    done
    [ ${#names[@]} -eq 0 ] ||
        run_logged "installing ${names[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends -o Dpkg::Use-Pty=0 "${names[@]}"
}

# Programs needed only as test peers are not installed: their packages are unpacked into the cache and run from there.
# Prints the path of a starter for PROGRAM, or nothing where this machine can neither run nor fetch it.
peer_package() { # PROGRAM PACKAGE...
    local program=$1 place=$cache/peers/$2
    shift
    if PATH=$PATH:/usr/sbin command -v "$program"; then return; fi
    if [ ! -x "$place/run-$program" ]; then
        command -v apt-get >/dev/null || return 0
        unpack_peer "$program" "$place" "$@" >&2
    fi
    echo "$place/run-$program"
}

unpack_peer() { # PROGRAM PLACE PACKAGE...
    local program=$1 place=$2 work names
    shift 2
    mkdir -p "$cache/peers"
    work=$(mktemp -d "$cache/peers/unpacking-XXXXXX")
    chmod 755 "$work"
    # What apt would install for it here: itself and those of its libraries that are missing.
    names=$(apt-get install --simulate --no-install-recommends "$@" 2>/dev/null | awk '$1 == "Inst" { print $2 }')
    if [ -z "$names" ]; then
        run_logged "reading the archive's package lists" as_root apt-get update
        names=$(apt-get install --simulate --no-install-recommends "$@" | awk '$1 == "Inst" { print $2 }')
    fi
    # shellcheck disable=SC2086
    (cd "$work" && run_logged "downloading $program, to be run from the cache as a test peer" apt-get download $names)
    local archive program_path
    for archive in "$work"/*.deb; do dpkg-deb --extract "$archive" "$work/root"; done
    rm -f "$work"/*.deb
    program_path=$(cd "$work/root" && find . -path "*bin/$program" | head -n 1)
    [ -n "$program_path" ] || fail "the packages $* hold no program $program" "look at $work/root"
    cat >"$work/run-$program" <<STARTER
#!/bin/sh
root=\$(dirname "\$(readlink -f "\$0")")/root
libraries=\$(find "\$root/usr/lib" "\$root/lib" -maxdepth 1 -name '*-linux-gnu*' -type d 2>/dev/null | paste -sd: -)
LD_LIBRARY_PATH=\$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH} exec "\$root/$program_path" "\$@"
STARTER
    chmod +x "$work/run-$program"
    rm -rf "$place"
    mv "$work" "$place"
}
