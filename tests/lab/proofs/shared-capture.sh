#!/bin/bash
# Two links of one interface listen by its one capture. A daemon that is stopped while
# answers nobody asked for flood it loses packets once, and tells of them once: not more than
# came meanwhile and found no room. What a link lost by it is own-drop.
set -u
. "$(dirname "$0")/../proof.sh"
flood=100000 room=12000 # of 16,384 places: some were taken

measure() {
	local i bad=0 began stopped=0 drops most lost own
	answered_link t0 -s 60 -d 5 -f seq=$flood
	ip addr add 192.0.2.3/32 dev t0
	targets 400
	sed 's/^10\.1\./10.3./' "$dir/targets" >"$dir/targets3"
	cat >"$dir/conf" <<-END
		data-dir = "$dir/data"
		clock = trusted
		user = "root"
		centre k {
			link a { interface = t0 source = "192.0.2.1" gateway = none capture = all
				targets many { file = "$dir/targets" every = 100ms timeout = 1s } }
			link b { interface = t0 source = "192.0.2.3" gateway = none capture = all
				targets many { file = "$dir/targets3" every = 100ms timeout = 1s } }
		}
	END
	start_daemon
	sleep 4
	for i in $(seq 4); do
		began=$(date +%s%N)
		kill -STOP "$daemon"; sleep 0.4; kill -CONT "$daemon"
		stopped=$((stopped + $(date +%s%N) - began))
		sleep 1
	done
	stop_daemon || return 1
	kill "$answers"; wait "$answers"
	cat "$dir/t0.answers"
	stats || return 1
	lw journal dump --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["probe"] ~ /^10-/ && $c["outcome"] == "lost" { lost++; own += $c["flags"] ~ /own-drop/ }
		END { print lost + 0, own + 0 }' >"$dir/lost"
	read -r lost own <"$dir/lost"
	drops=$(of_stats .exactness.socket_drops)
	most=$(((flood + 10000) * (stopped / 1000000) / 1000 - 4 * room))
	claim "the line lost nothing" "$(jq .lost "$dir/t0.answers")" -eq 0
	claim "the capture dropped, and it is told" "$drops" -gt 30000
	claim "but once" "$drops" -le "$most"
	claim "what is lost is ours" "$own" -eq "$lost"
	echo "shared capture: $drops packets dropped of at most $most without room, $lost losses, $own own-drop"
	return $bad
}

proof 60 /dev/net/tun
