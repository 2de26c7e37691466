# What the proofs of faults share: namespaces of their own, a link to a far side, or one that
# a program answers, a server behind it, a daemon at a rate, what it needs of the machine and
# what it wrote. Sourced at the head of a proof, with its arguments; $0 is the proof.
#
#	proof SECONDS NEED…     runs measure ARGUMENT… in namespaces of its own, so long at
#	                        most, with $dir a folder that anybody may write to
#	KEEP=1                  leaves that folder where it is
#
# A need is a command, or a device that must be writable; without one the proof is skipped.

: "${LW_BUILD:=$(cd "$(dirname "$0")/../../.." && pwd)/build}"
proof_arguments=("$@")

proof() {
	local limit=$1
	shift
	inside
	needs "$@"
	work_make
	apart "$limit" "$work" "${proof_arguments[@]}"
}

# What the proof is in namespaces of its own: its measure and no more.
inside() {
	[ "${proof_arguments[0]:-}" = inside ] || return 0
	dir=${proof_arguments[1]}
	world
	measure "${proof_arguments[@]:2}"
	exit $?
}

# A world of its own begins without names and without a resolver.
world() {
	mount --make-rprivate /
	mkdir -p /run/netns
	mount -t tmpfs none /run/netns
	echo "nameserver 127.0.0.1" >"$dir/resolv.conf"
	mount --bind "$dir/resolv.conf" "$(readlink -f /etc/resolv.conf)"
	ip link set lo up
}

needs() {
	local need
	for need in ip jq "$@"; do
		case $need in
		/*) [ -w "$need" ] ;;
		*) command -v "$need" >/dev/null ;;
		esac || { echo "skipped: no $need"; exit 77; }
	done
	if ! unshare -nmp --fork true 2>/dev/null; then
		echo "skipped: no network namespaces for this user"
		exit 77
	fi
}

work_make() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/linkwitness-proof.XXXXXX") || exit 1
	chmod 777 "$work" # the daemon is nobody
	trap '[ -n "${KEEP:-}" ] || rm -rf "${work:?}"' EXIT
}

# LIMIT DIR [ARGUMENT…]: the proof's measure, in namespaces of its own
apart() {
	local limit=$1
	shift
	timeout -k 5 "$limit" unshare -nmp --fork --mount-proc --kill-child "$0" inside "$@"
}

# NAME NET [NAMESPACE]: an interface with NET.2, and a neighbour NET.1 in that namespace, or far
far_link() {
	local far=${3:-far}
	if [ ! -e "/run/netns/$far" ]; then
		ip netns add "$far"
		ip -n "$far" link set lo up
	fi
	ip link add "$1" type veth peer name "$1" netns "$far"
	ip addr add "$2.2/24" dev "$1"
	ip link set "$1" up
	ip -n "$far" addr add "$2.1/24" dev "$1"
	ip -n "$far" link set "$1" up
}

# N: as many addresses 10.9.1.1, … that answer at the far side, behind 10.9.0.1
far_targets() {
	local i
	for i in $(seq "$1"); do
		ip -n far addr add "10.9.1.$i/32" dev lo
	done
	ip route add 10.9.1.0/24 via 10.9.0.1
}

# A web server at the far side: /big is a body without end, /drain takes any. Sets nginx.
far_server() {
	mkdir "$dir/root"
	truncate -s 20G "$dir/root/big"
	cat >"$dir/nginx.conf" <<-END
		daemon off;
		user root;
		worker_processes 1;
		pid $dir/pid;
		events { worker_connections 64; }
		http { access_log off; client_body_temp_path $dir/b; proxy_temp_path $dir/p;
			fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
			client_max_body_size 0;
			server { listen 80; root $dir/root; location = /drain { return 204; } } }
	END
	nsenter --net=/run/netns/far nginx -e "$dir/error.log" -c "$dir/nginx.conf" \
		>"$dir/nginx.out" 2>&1 &
	nginx=$!
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

# WORDS CONDITION-of-test…: what must hold; says what does not, and sets bad.
claim() {
	local words=$1
	shift
	[ "$@" ] && return
	echo "NOT: $words ($*)"
	bad=1
}
