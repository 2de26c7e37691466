# What the proofs of faults share: namespaces of their own, a link that a program answers,
# a daemon at a rate, what it needs of the machine, what it wrote. Sourced; $0 is the proof.
#
#	proof SECONDS TOOL…     runs measure DIR in namespaces of its own, so long at most

: "${LW_BUILD:=$(cd "$(dirname "$0")/../../.." && pwd)/build}"

proof() {
	local limit=$1 tool
	shift
	if [ "${inside[0]:-}" = inside ]; then
		dir=${inside[1]}
		mount --make-rprivate /
		mkdir -p /run/netns
		mount -t tmpfs none /run/netns
		echo "nameserver 127.0.0.1" >"$dir/resolv.conf"
		mount --bind "$dir/resolv.conf" "$(readlink -f /etc/resolv.conf)"
		ip link set lo up
		measure
		exit $?
	fi
	for tool in ip jq "$@"; do
		command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
	done
	if ! unshare -nmp --fork true 2>/dev/null || ! [ -w /dev/net/tun ]; then
		echo "skipped: no network namespaces for this user, or no /dev/net/tun"
		exit 77
	fi
	work=$(mktemp -d "${TMPDIR:-/tmp}/linkwitness-proof.XXXXXX") || exit 1
	chmod 777 "$work"
	trap '[ -n "${KEEP:-}" ] || rm -rf "${work:?}"' EXIT
	timeout -k 5 "$limit" unshare -nmp --fork --mount-proc --kill-child \
		"$0" inside "$work"
}

# TUN [OPTION…]: whoever lies behind it answers for 10.0.0.0/8 and says in $dir/TUN.answers
# what it did (tests/lab/answers.c). Sets answers to its process.
answered_link() {
	local tun=$1
	shift
	ip tuntap add "$tun" mode tun
	ip addr add 192.0.2.1/32 dev "$tun"
	ip link set "$tun" up txqueuelen 10000
	ip route add 10.0.0.0/8 dev "$tun" src 192.0.2.1
	"$LW_BUILD/tests/lab/answers" -i "$tun" "$@" >"$dir/$tun.answers" &
	answers=$!
	while ! ip -br link show "$tun" | grep -q LOWER_UP; do sleep 0.05; done
}

# NAME: an interface whose neighbour is there and takes everything, in the namespace far
silent_link() {
	[ -e /run/netns/far ] || ip netns add far
	ip link add "$1" type veth peer name "$1" netns far
	ip addr add 192.0.2.1/30 dev "$1"
	ip link set "$1" up txqueuelen 10000
	ip -n far addr add 192.0.2.2/30 dev "$1"
	ip -n far link set "$1" up
	ip route add 10.0.0.0/8 via 192.0.2.2
}

# COUNT: their file
targets() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "10.%d.%d.%d\n", 1 + int(i / 62500), int(i / 250) % 250, 1 + i % 250 }' \
		>"$dir/targets"
}

# INTERFACE EVERY TIMEOUT [LINE…]: targets, one ping beside, and the lines, as the link's
# probes; with CAPTURE=none without looking at what leaves
config() {
	local interface=$1 every=$2 timeout=$3
	shift 3
	printf 'data-dir = "%s/data"\nclock = trusted\nuser = "root"\n' "$dir" >"$dir/conf"
	printf 'centre k { link a { interface = %s gateway = none capture = %s\n' \
		"$interface" "${CAPTURE:-all}" >>"$dir/conf"
	printf 'ping one { address = 10.250.0.1 every = 1s role = internet network = one }\n' \
		>>"$dir/conf"
	printf '%s\n' "$@" >>"$dir/conf"
	printf 'targets many { file = "%s/targets" every = %s timeout = %s }\n} }\n' \
		"$dir" "$every" "$timeout" >>"$dir/conf"
}

start_daemon() {
	"$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch 2>"$dir/err" &
	daemon=$!
}

stop_daemon() { # it must end well
	kill "$daemon"
	wait "$daemon" && return
	echo "the daemon failed: $(tail -n 3 "$dir/err")"
	return 1
}

lw() {
	"$LW_BUILD/linkwitness" --data "$dir/data" "$@"
}

# Resident kilobytes and open descriptors of the daemon.
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status"; }
descriptors() { ls "/proc/$daemon/fd" | wc -l; }

# What we skipped, lost and dropped, and what the samples were.
stats() {
	lw journal stats --json >"$dir/stats"
}
of_stats() { jq -r "$1" "$dir/stats"; }

# LINES of what must hold, each "WORDS<tab>true|false"; says what does not.
claim() { # WORDS CONDITION-of-test…
	local words=$1
	shift
	[ "$@" ] && return
	echo "NOT: $words ($*)"
	bad=1
}
