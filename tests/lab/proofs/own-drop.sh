#!/bin/bash
# Our own sockets overrun on purpose: buffers of what any process may have, a flood that
# passes the kernel's filter, and a daemon that is stopped nine tenths of the time for
# seconds. The line loses nothing, so every loss is ours: flagged own-drop and counted, in
# the samples, the events and journal stats; and no outage is made of it.
set -u
. "$(dirname "$0")/../proof.sh"

measure() {
	local i bad=0 own other lost_voters drops told voters=()
	answered_link t0 -s 60 -d 400 -f seq=100000
	targets 500
	for i in 1 2 3 4 5 6 7 8; do
		voters+=("ping v$i { address = 10.250.1.$i every = 1s timeout = 1s network = n$i }")
	done
	config t0 100ms 1s "${voters[@]}"
	# Without CAP_NET_ADMIN a socket has at most net.core.rmem_max: some MB.
	setpriv --bounding-set=-net_admin "$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch 2>"$dir/err" &
	daemon=$!
	sleep 5
	for i in $(seq 16); do
		kill -STOP "$daemon"; sleep 0.45
		kill -CONT "$daemon"; sleep 0.05
	done
	sleep 4
	stop_daemon || return 1
	kill "$answers"; wait "$answers"
	cat "$dir/t0.answers"
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw journal dump --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["outcome"] == "lost" {
			if ($c["flags"] ~ /own-drop/) { own++; if ($c["probe"] ~ /^v/) voters++ }
			else { other++; print "not ours: " $0 >"/dev/stderr" }
		}
		END { print own + 0, other + 0, voters + 0 }' >"$dir/lost"
	read -r own other lost_voters <"$dir/lost"
	lw outages --json >"$dir/outages" || return 1
	jq -c '.links[] | {outages, micro_outages, unknown, degradations}' "$dir/outages"
	drops=$(of_stats .exactness.socket_drops) told=$(of_stats .exactness.own_drop)
	claim "the line lost nothing" "$(jq .lost "$dir/t0.answers")" -eq 0
	claim "our sockets dropped, and it is told" "$drops" -gt 10000
	claim "losses are there" "$own" -gt 1000
	claim "of voters too" "$lost_voters" -gt 8
	claim "no loss is anybody else's" "$other" -eq 0
	claim "the events count what the samples are" "$told" -eq "$own"
	claim "every sending has its sample" "$(of_stats .samples)" -eq "$(of_stats .exactness.sent)"
	claim "no outage" "$(jq '[.links[] | .outages[], .micro_outages[]] | length' "$dir/outages")" -eq 0
	echo "own-drop: $(of_stats .samples) samples, $drops packets dropped by our sockets, $own losses all" \
		"own-drop ($lost_voters of voters), $other others, no outage"
	return $bad
}

proof 60 setpriv /dev/net/tun
