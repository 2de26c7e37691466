#!/bin/bash
# An interface is deleted under full rate and made again by the same name. What was answered
# before it went is heard, though the answers lie in the ring of a capture whose interface is
# no link's any more; and it is proven by which interface it left.
set -u
. "$(dirname "$0")/../proof.sh"
times=${LW_RECREATED:-5}

measure() {
	local bad=0 i reply lost odd drops
	far_link e0 10.9.0
	far_targets 250
	seq -f '10.9.1.%.0f' 250 >"$dir/targets"
	ping -c 2 -i 0.2 10.9.0.1 >/dev/null
	config e0 50ms 1s
	start_daemon
	sleep 2
	for i in $(seq "$times"); do
		cut -d ' ' -f 1 /proc/uptime >>"$dir/deleted"
		ip link del e0
		sleep 0.3
		far_link e0 10.9.0
		ip route add 10.9.1.0/24 via 10.9.0.1 # the targets' addresses stay
		sleep 3 # the neighbour may be asked before it is there
	done
	stop_daemon || return 1
	cat "$dir/err"
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw journal dump --csv >"$dir/dump"
	awk -F, 'FNR == NR { deleted[FNR] = $1; next }
		FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["outcome"] == "unsettled" || $c["probe"] !~ /^10-/ { next } # no others have a route
		$c["outcome"] == "reply" { reply++ }
		$c["outcome"] == "lost" {
			at = $c["boot_ns"] / 1e9
			for (i in deleted) if (at > deleted[i] - 0.2 && at < deleted[i] + 0.1) { lost++; print >"/dev/stderr" }
		}
		$c["outcome"] == "reply" && $c["flags"] ~ /dup|late|own-drop|egress-wrong/ { odd++ }
		END { print reply + 0, lost + 0, odd + 0 }' "$dir/deleted" "$dir/dump" >"$dir/sums"
	read -r reply lost odd <"$dir/sums"
	drops=$(of_stats .exactness.socket_drops)
	claim "replies are there" "$reply" -gt $((times * 5000))
	claim "few were under way where it went" "$lost" -le $((times * 2))
	claim "no answer is odd" "$odd" -eq 0
	claim "no drop is ours" "$drops" -eq 0
	echo "recreated: $times times under 5,000 probes/s, $reply replies, $lost lost as it went, $odd odd"
	return $bad
}

proof $((times * 5 + 40)) ping
