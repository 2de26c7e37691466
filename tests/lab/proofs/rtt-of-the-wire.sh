#!/bin/bash
# The round trips of pings are those of the wire: against a capture on the same interface the
# median difference is below 5 us, the 99th percentile below 50 us. Prints both.
set -u
. "$(dirname "$0")/../proof.sh"

measure() {
	far_link e0 10.9.0
	far_targets 5
	{
		printf 'data-dir = "%s/data"\nclock = trusted\nuser = "root"\n' "$dir"
		printf 'centre k { link a { interface = e0 gateway = none\n'
		for i in 1 2 3 4 5; do
			printf 'ping p%d { address = 10.9.1.%d every = 100ms role = reflector }\n' "$i" "$i"
		done
		printf '} }\n'
	} >"$dir/conf"
	tcpdump -i e0 -ttn --time-stamp-precision=nano -w "$dir/pcap" icmp 2>/dev/null &
	dump=$!
	sleep 1
	"$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch --for 20s 2>>"$dir/err" || return 1
	sleep 1
	kill $dump
	wait $dump 2>/dev/null
	tcpdump -r "$dir/pcap" -ttn --time-stamp-precision=nano 2>/dev/null >"$dir/wire"
	lw journal dump --csv >"$dir/dump" || return 1
	# Times are split at the point, for a double does not hold nanoseconds of an epoch.
	awk -F, 'FNR == NR {
			if ($8 == "reply") rtt[$5 " " ($13 % 65536)] = $9
			next
		}
		{
			n = split($0, w, " ")
			split(w[1], t, ".")
			for (i = 2; i < n; i++) if (w[i] == "seq") seq = w[i + 1] + 0
			request = $0 ~ /echo request/
			split(request ? w[5] : w[3], a, "."); sub(":", "", a[4])
			key = "p" a[4] " " seq
			if (request) { s[key] = t[1]; f[key] = t[2] }
			else if (key in s && key in rtt)
				print rtt[key] - ((t[1] - s[key]) * 1e6 + (t[2] - f[key]) / 1e3)
		}' "$dir/dump" FS=' ' "$dir/wire" | awk '{ print $1 < 0 ? -$1 : $1 }' | sort -n >"$dir/apart"
	awk '{ d[NR] = $1 }
		END {
			p50 = d[int(NR / 2) + 1]; p99 = d[int(NR * 0.99)]
			printf "%d round trips: median %.3f us apart, 99th percentile %.3f us\n", NR, p50, p99
			exit !(NR > 500 && p50 < 5 && p99 < 50)
		}' "$dir/apart"
}

proof 60 tcpdump
