#!/bin/sh
# The lab: every scenario with real packets, several at once, each in namespaces of its own;
# the truth against what was measured, as a table. suite.sh [--jobs N] [--keep DIR] [NAME…]
# Ends with a line "N passed, N failed".
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${LW_BUILD:=$(cd "$here/../.." && pwd)/build}"
: "${LAB_RELAY:=$LW_BUILD/tests/lab/wan}"
export LW_BUILD LAB_RELAY
jobs=20 keep=
while [ $# -gt 0 ]; do
	case $1 in
	--jobs) jobs=$2; shift 2 ;;
	--keep) keep=$2; shift 2 ;;
	--*) echo "usage: suite.sh [--jobs N] [--keep DIR] [NAME…]" >&2; exit 2 ;;
	*) break ;;
	esac
done

map= # as root, or else as root of a user namespace
[ "$(id -u)" -eq 0 ] || map=-Ur
if ! unshare $map -nmp --fork true 2>/dev/null; then
	echo "lab: skipped: no network namespaces for this user; run it as root"
	exit 77
fi
if ! [ -w /dev/net/tun ]; then
	echo "lab: skipped: /dev/net/tun is not there for this user; run it as root"
	exit 77
fi
for need in "$LW_BUILD/linkwitnessd" "$LW_BUILD/linkwitness" "$LAB_RELAY"; do
	[ -x "$need" ] || { echo "lab: $need is missing: run make" >&2; exit 1; }
done

if [ -n "$keep" ]; then
	work=$keep
	mkdir -p "$work"
else
	work=$(mktemp -d "${TMPDIR:-/tmp}/linkwitness-lab.XXXXXX") || exit 1
	chmod 755 "$work" # the daemon is nobody
	trap 'rm -rf "$work"' EXIT
fi
# unshare itself ignores both; timeout, once told, kills it after a second.
stop() {
	for pid in $(cat "$work"/*/pid 2>/dev/null); do
		kill "$pid"
	done
	wait
	exit 1
}
trap stop INT TERM
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cd "$here/scenarios" && ls | sed -n 's/\.scn$//p')

one() { # NAME: run it, show its rows
	dir=$work/$1
	rm -rf "$dir"
	mkdir -p "$dir"
	timeout -k 1 300 unshare $map -nmp --fork --mount-proc --kill-child \
		"$here/scenario.sh" "$here/scenarios/$1.scn" "$dir" >"$dir/log" 2>&1 </dev/null &
	echo $! >"$dir/pid"
	wait $!
	echo $? >"$dir/exit"
	rm "$dir/pid"
	if [ ! -s "$dir/rows" ]; then
		echo "$1 | NOT OK: $(tail -n 1 "$dir/log")" >"$dir/rows"
	fi
	cat "$dir/rows"
}

# The longest first, so that the others run beside them.
by_length() {
	for name in "$@"; do
		[ -r "$here/scenarios/$name.scn" ] || { echo "lab: no scenario $name" >&2; return 2; }
		l=$(sed -n 's/^length //p' "$here/scenarios/$name.scn")
		echo "${l:-75} $name"
	done | sort -k 1,1nr -k 2 | cut -d ' ' -f 2
}

order=$(by_length "$@")
[ "$(echo "$order" | wc -w)" -eq $# ] || exit 2
echo "scenario | link | truth | measured | bounds | found | result"
running=
for name in $order; do
	while [ "$(echo $running | wc -w)" -ge "$jobs" ]; do
		sleep 0.5
		still=
		for pid in $running; do
			if kill -0 "$pid" 2>/dev/null; then
				still="$still $pid"
			fi
		done
		running=$still
	done
	one "$name" &
	running="$running $!"
	sleep 0.3
done
wait

passed=0 failed=0
for name in "$@"; do
	if [ "$(cat "$work/$name/exit")" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
