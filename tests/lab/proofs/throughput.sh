#!/bin/bash
# Throughput tests through a shaper: tc tbf at each RATE (Mbit/s; 50 by default), 20 ms of
# delay there and back, both directions, beside iperf3 where it is installed. A shaper counts
# headers: the printed rate with those of TCP and IP, and 14 bytes of Ethernet for each 1500,
# is compared with it: within 3 %. (With BBR a test holds its pause at 10 s: 1 to 2 %.)
# The tests leave nothing behind: no outage, no degradation, no loss, no latency, and what
# was answered while they ran counts as measured.
#	throughput.sh [RATE…]
set -u
[ $# -gt 0 ] || set -- 50
. "$(dirname "$0")/../proof.sh"

shape() { # RATE: both directions, on the veths' own queues
	burst=$(($1 * 1000)) # 8 ms of it: a shaper that wakes late loses nothing
	[ "$burst" -ge 16000 ] || burst=16000
	tc qdisc replace dev eth1 root tbf rate "${1}mbit" burst "$burst" latency 60ms &&
		nsenter --net=/run/netns/far tc qdisc replace dev eth1 root tbf rate "${1}mbit" \
			burst "$burst" latency 60ms
}

network() { # SECONDS
	for ns in near away far; do
		ip netns add $ns
		nsenter --net=/run/netns/$ns sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	done
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
	printf 'seed 1\nline delay 10ms\n' >"$dir/schedule"
	"$LW_BUILD/tests/lab/wan" -s "$dir/schedule" -t "$dir/truth" -f "$1" line=near:line,away:line &
	relay=$!
}

servers() {
	far_server
	if command -v iperf3 >/dev/null; then
		nsenter --net=/run/netns/far iperf3 -s -I "$dir/iperf.pid" >/dev/null 2>&1 &
		iperf=$!
	fi
}

configuration() { # RATE
	cap=$(($1 * 1800000)) # 14 s of it
	cat <<-END
		data-dir = "$dir/data-$1"
		clock = trusted
		user = "root"
		centre k {
		    link a {
		        interface = eth1
		        gateway = none
		        capacity-down = ${1}M
		        capacity-up = ${1}M
		        contract = c
		        ping one   { address = 198.18.1.1 every = 200ms role = reflector }
		        ping two   { address = 198.18.2.1 }
		        ping three { address = 198.18.3.1 }
		        http down { url = "http://198.18.1.1/big" every = 1min max-bytes = $cap }
		        http up { url = "http://198.18.1.1/drain" direction = up every = 1min max-bytes = $cap }
		    }
		}
		contract c {
		    commitment down { metric = speed-down minimum = ${1}M }
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

measure_rate() {
	local way iperf
	shape "$1" || return 1
	configuration "$1" >"$dir/conf-$1"
	"$LW_BUILD/linkwitness" -c "$dir/conf-$1" check-config >"$dir/check-$1" || return 1
	"$LW_BUILD/linkwitnessd" -c "$dir/conf-$1" --no-watch --for 125s 2>>"$dir/err" || return 1
	"$LW_BUILD/linkwitness" --data "$dir/data-$1" journal dump --json >"$dir/rows-$1" || return 1
	"$LW_BUILD/linkwitness" -c "$dir/conf-$1" outages --json >"$dir/outages-$1" 2>>"$dir/err" || return 1
	# Below the contract the tests themselves may be: it asks for the shaped rate as payload.
	jq -r --argjson rate "$1" '.links[0] | [.degradations[] | select(.kind != "throughput")] as $worse |
		"\($rate) Mbit/s beside: \(.outages | length) outages, \(.micro_outages | length) micro-outages, " +
		"\($worse | length) degradations, \(.loss.lost) of \(.loss.sent) lost, coverage \(.coverage * 1000 | round / 1000), " +
		"latency under load +\(.throughput.latency_increase_s * 1000 | round) ms, \(.throughput.grade): " +
		(if (.outages + .micro_outages + $worse | length) == 0 and .loss.lost == 0 and .coverage > 0.97
		then "ok" else "NOT OK" end)' "$dir/outages-$1"
	for way in down up; do
		iperf=-
		! command -v iperf3 >/dev/null || iperf=$(beside "$1" $way)
		jq -nr --argjson rate "$1" --arg way $way --arg iperf "$iperf" '
			def round2: . * 100 | round / 100;
			def median: sort | if length == 0 then 0 else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
			[inputs | select(.row == "throughput" and .direction == $way)] as $t |
			($t | map(.ip_bps / 1e6)) as $ip | ($t | map(.bps / 1e6)) as $tcp |
			($ip | median * 1514 / 1500) as $line |
			"\($rate) Mbit/s \($way): \($t | length) tests; with headers " +
			"\($ip | map(round2)) Mbit/s, payload \($tcp | map(round2)); " +
			"iperf3 payload \($iperf); warm-up \($t | map(.warmup_s | round2)) s; as the shaper counts, median " +
			"\($line | round2), \(($line / $rate - 1) * 100 | round2) %: " +
			(if ($t | length) > 0 and ($line / $rate - 1 | fabs) <= 0.03 then "ok" else "NOT OK" end)' "$dir/rows-$1"
	done
}

measure() { # RATE…
	iperf=
	network $((200 * $#))
	servers
	sleep 1
	for rate in "$@"; do
		measure_rate "$rate"
	done | tee "$dir/rows"
	kill $relay $nginx $iperf 2>/dev/null
	[ "$(grep -c ': ok$' "$dir/rows")" -eq $((3 * $#)) ]
}

proof $((240 * $#)) nginx /dev/net/tun
