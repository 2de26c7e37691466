#!/bin/bash
# Throughput tests through a shaper: tc tbf at each RATE (Mbit/s; 50 by default), 20 ms of
# delay there and back, both directions, beside iperf3 where it is installed. A shaper counts
# headers: the printed rate with those of TCP and IP, and 14 bytes of Ethernet for each 1500,
# is compared with it: within 3 %. (With BBR a test holds its pause at 10 s: 1 to 2 %.)
# The tests leave nothing behind: no outage, no degradation, no loss, no latency, and what
# was answered while they ran counts as measured.
#	throughput.sh [RATE…]
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${LW_BUILD:=$(cd "$here/../../.." && pwd)/build}"
: "${LAB_RELAY:=$LW_BUILD/tests/lab/wan}"
export LW_BUILD LAB_RELAY

shape() { # RATE: both directions, on the veths' own queues
	burst=$(($1 * 1000)) # 8 ms of it: a shaper that wakes late loses nothing
	[ "$burst" -ge 16000 ] || burst=16000
	tc qdisc replace dev eth1 root tbf rate "${1}mbit" burst "$burst" latency 60ms &&
		nsenter --net=/run/netns/far tc qdisc replace dev eth1 root tbf rate "${1}mbit" \
			burst "$burst" latency 60ms
}

network() { # DIR SECONDS
	mount --make-rprivate /
	mkdir -p /run/netns
	mount -t tmpfs none /run/netns
	echo "nameserver 127.0.0.1" >"$1/resolv.conf"
	mount --bind "$1/resolv.conf" /etc/resolv.conf
	for ns in near away far; do
		ip netns add $ns
		nsenter --net=/run/netns/$ns sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	done
	ip link set lo up
	ip link add eth1 type veth peer name lan0 netns near
	ip -n away link add wan0 type veth peer name eth1 netns far
	ip addr add 192.168.1.10/24 dev eth1
	ip link set eth1 up
	ip route add default via 192.168.1.1
	ip -n near -batch - <<-END
		addr add 192.168.1.1/24 dev lan0
		link set lan0 up
		tuntap add dev line mode tun
		link set line up
		addr add 10.1.0.2/30 dev line
		route add default via 10.1.0.1
	END
	ip -n away -batch - <<-END
		tuntap add dev line mode tun
		link set line up
		addr add 10.1.0.1/30 dev line
		addr add 198.18.1.254/24 dev wan0
		link set wan0 up
		route add 192.168.1.0/24 via 10.1.0.2
	END
	ip -n far -batch - <<-END
		link set lo up
		addr add 198.18.1.1/24 dev eth1
		addr add 198.18.2.1/32 dev lo
		addr add 198.18.3.1/32 dev lo
		link set eth1 up
		route add default via 198.18.1.254
	END
	ip -n away route add 198.18.0.0/16 via 198.18.1.1
	printf 'seed 1\nline delay 10ms\n' >"$1/schedule"
	"$LAB_RELAY" -s "$1/schedule" -t "$1/truth" -f "$2" line=near:line,away:line &
	relay=$!
}

server() { # DIR: a body without end for downloads, a drain for uploads
	mkdir -p "$1/root"
	truncate -s 20G "$1/root/big"
	cat >"$1/nginx.conf" <<-END
		daemon off;
		user root;
		worker_processes 1;
		pid $1/pid;
		error_log $1/error.log;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $1/b;
			proxy_temp_path $1/p;
			fastcgi_temp_path $1/f;
			uwsgi_temp_path $1/u;
			scgi_temp_path $1/s;
			client_max_body_size 0;
			server {
				listen 80;
				root $1/root;
				location = /drain { return 204; }
			}
		}
	END
	nsenter --net=/run/netns/far nginx -e "$1/error.log" -c "$1/nginx.conf" >"$1/out" 2>&1 &
	nginx=$!
	if command -v iperf3 >/dev/null; then
		nsenter --net=/run/netns/far iperf3 -s -I "$1/iperf.pid" >/dev/null 2>&1 &
		iperf=$!
	fi
}

configuration() { # DIR RATE
	cap=$(($2 * 1800000)) # 14 s of it
	cat <<-END
		data-dir = "$1/data-$2"
		clock = trusted
		user = "root"
		centre k {
		    link a {
		        interface = eth1
		        gateway = none
		        capacity-down = ${2}M
		        capacity-up = ${2}M
		        contract = c
		        ping one   { address = 198.18.1.1 every = 200ms role = reflector }
		        ping two   { address = 198.18.2.1 }
		        ping three { address = 198.18.3.1 }
		        http down { url = "http://198.18.1.1/big" every = 1min max-bytes = $cap }
		        http up { url = "http://198.18.1.1/drain" direction = up every = 1min max-bytes = $cap }
		    }
		}
		contract c {
		    commitment down { metric = speed-down minimum = ${2}M }
		    commitment up   { metric = speed-up   minimum = 1M }
		}
	END
}

beside() { # RATE WAY: what iperf3 says of the same line, payload
	way=
	[ "$2" = up ] || way=-R
	iperf3 -c 198.18.1.1 -t 12 -O 2 -P 4 $way -J 2>/dev/null |
		jq -r '.end.sum_received.bits_per_second / 1e6 | . * 100 | round / 100'
}

measure() { # DIR RATE
	shape "$2" || return 1
	configuration "$1" "$2" >"$1/conf-$2"
	"$LW_BUILD/linkwitness" -c "$1/conf-$2" check-config >"$1/check-$2" || return 1
	"$LW_BUILD/linkwitnessd" -c "$1/conf-$2" --no-watch --for 125s 2>>"$1/err" || return 1
	"$LW_BUILD/linkwitness" --data "$1/data-$2" journal dump --json >"$1/rows-$2" || return 1
	"$LW_BUILD/linkwitness" -c "$1/conf-$2" outages --json >"$1/outages-$2" 2>>"$1/err" || return 1
	# Below the contract the tests themselves may be: it asks for the shaped rate as payload.
	jq -r --argjson rate "$2" '.links[0] | [.degradations[] | select(.kind != "throughput")] as $worse |
		"\($rate) Mbit/s beside: \(.outages | length) outages, \(.micro_outages | length) micro-outages, " +
		"\($worse | length) degradations, \(.loss.lost) of \(.loss.sent) lost, coverage \(.coverage * 1000 | round / 1000), " +
		"latency under load +\(.throughput.latency_increase_s * 1000 | round) ms, \(.throughput.grade): " +
		(if (.outages + .micro_outages + $worse | length) == 0 and .loss.lost == 0 and .coverage > 0.97
		then "ok" else "NOT OK" end)' "$1/outages-$2"
	for way in down up; do
		iperf=-
		! command -v iperf3 >/dev/null || iperf=$(beside "$2" $way)
		jq -nr --argjson rate "$2" --arg way $way --arg iperf "$iperf" '
			def round2: . * 100 | round / 100;
			def median: sort | if length == 0 then 0 else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
			[inputs | select(.row == "throughput" and .direction == $way)] as $t |
			($t | map(.ip_bps / 1e6)) as $ip | ($t | map(.bps / 1e6)) as $tcp |
			($ip | median * 1514 / 1500) as $line |
			"\($rate) Mbit/s \($way): \($t | length) tests; with headers " +
			"\($ip | map(round2)) Mbit/s, payload \($tcp | map(round2)); " +
			"iperf3 payload \($iperf); warm-up \($t | map(.warmup_s | round2)) s; as the shaper counts, median " +
			"\($line | round2), \(($line / $rate - 1) * 100 | round2) %: " +
			(if ($t | length) > 0 and ($line / $rate - 1 | fabs) <= 0.03 then "ok" else "NOT OK" end)' "$1/rows-$2"
	done
}

if [ "${1:-}" = inside ]; then
	dir=$2
	shift 2
	iperf=
	network "$dir" $((200 * $#))
	server "$dir"
	sleep 1
	for rate in "$@"; do
		measure "$dir" "$rate"
	done | tee "$dir/rows"
	kill $relay $nginx $iperf 2>/dev/null
	[ "$(grep -c ': ok$' "$dir/rows")" -eq $((3 * $#)) ]
	exit $?
fi
if ! unshare -nmp --fork true 2>/dev/null || ! [ -w /dev/net/tun ] || ! command -v nginx >/dev/null; then
	echo "skipped: no network namespaces for this user, no /dev/net/tun or no nginx"
	exit 77
fi
[ $# -gt 0 ] || set -- 50
if [ -n "${LAB_KEEP:-}" ]; then
	work=$LAB_KEEP
	mkdir -p "$work"
else
	work=$(mktemp -d "${TMPDIR:-/tmp}/linkwitness-throughput.XXXXXX") || exit 1
	trap 'rm -rf "${work:?}"' EXIT
fi
chmod 755 "$work"
timeout -k 5 $((240 * $#)) unshare -nmp --fork --mount-proc --kill-child "$0" inside "$work" "$@"
