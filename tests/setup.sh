# What ./quickstart and ./check share: the packages and the build.
PACKAGES="gcc make autoconf automake pkg-config libc6-dev libconfuse-dev libc-ares-dev
libcurl4-openssl-dev librrd-dev libpcap-dev libzstd-dev libssl-dev libjansson-dev
libcmocka-dev libsqlite3-dev libpango1.0-dev libcairo2-dev libpng-dev libqpdf-dev libqrencode-dev zbar-tools openssl libxlsxwriter-dev fonts-inter fonts-dejavu-core
tzdata ca-certificates iproute2 nftables iputils-ping nsd nginx-light jq qpdf gnumeric zip unzip poppler-utils mupdf-tools ghostscript rrdtool rrdcached
tcpdump clang-format cppcheck man-db procps util-linux"
# What `make bench` holds itself against.
PEERS="fping iperf3 dnsperf gnuplot-nox linux-perf"

packages_install() { # PACKAGE… (all that is needed, where none is named)
	# shellcheck disable=SC2086
	[ $# -gt 0 ] || set -- $PACKAGES
	missing=
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' ||
			missing="$missing $p"
	done
	[ -z "$missing" ] && return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "missing packages, run with sudo:$missing" >&2
		return 1
	fi
	# Services that come with the lab's servers must not start on this machine.
	policy=/usr/sbin/policy-rc.d
	made=
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=1
	fi
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } \
		>/tmp/linkwitness-apt.$$ 2>&1
	rc=$?
	[ -n "$made" ] && rm -f "$policy"
	[ $rc -eq 0 ] || tail -n 20 /tmp/linkwitness-apt.$$ >&2
	rm -f /tmp/linkwitness-apt.$$
	return $rc
}

build_in() { # DIR CONFIGURE-OPTION…
	dir=$1
	shift
	mkdir -p "$dir"
	if [ ! -x "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
		(cd "$top" && autoreconf -fi) >"$dir/autoreconf.log" 2>&1 || {
			tail -n 20 "$dir/autoreconf.log" >&2
			return 1
		}
	fi
	if [ ! -f "$dir/Makefile" ] || [ "$top/configure" -nt "$dir/Makefile" ]; then
		(cd "$dir" && "$top/configure" -q CFLAGS="-O2 -g" "$@") >"$dir/configure.log" 2>&1 || {
			tail -n 20 "$dir/configure.log" >&2
			return 1
		}
	fi
	make -C "$dir" -j2 >"$dir/make.log" 2>&1 || {
		grep -E 'error|warning|\*\*\*' "$dir/make.log" | head -n 20 >&2
		return 1
	}
}
