#!/bin/bash
# At full rate beside a busy machine: memory and descriptors stay where they were, fewer than
# one in ten thousand is lost by us, what the line answered is recorded as answered.
#
#	LW_SOAK_S=600 RATE=50000    so long instead of 12 s, after 12 s that are not judged; a
#	                            long one after the first segments were sealed, which takes
#	                            its memory once
set -u
. "$(dirname "$0")/../proof.sh"
seconds=${LW_SOAK_S:-12} rate=${RATE:-50000} count=20000
warm=12
[ "$seconds" -lt 120 ] || warm=150

measure() {
	local bad=0 i busy rss most=0 before=0 now fds fds_end samples lost own skipped ours asked
	answered_link t0 -s $((seconds + warm + 60))
	targets $count
	config t0 $((count * 1000 / rate))ms 1s
	start_daemon
	sleep $warm # every ring has been gone through once
	while :; do :; done & # what else a machine does
	busy=$!
	rss=$(rss_kb) fds=$(descriptors)
	for i in $(seq "$seconds"); do
		sleep 1
		now=$(rss_kb) || { echo "it died: $(tail -n 3 "$dir/err")"; return 1; }
		[ "$now" -gt "$most" ] && most=$now
		[ "$i" -ne $((seconds / 2)) ] || { before=$most most=0; }
		[ $((i % 60)) -ne 0 ] || echo "$i s: resident $now kB, $(descriptors) descriptors"
	done
	now=$(rss_kb) fds_end=$(descriptors)
	kill $busy
	stop_daemon || return 1
	kill "$answers"; wait "$answers"
	cat "$dir/t0.answers"
	stats || return 1
	of_stats .exactness
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	samples=$(of_stats .samples) lost=$(of_stats .by_outcome.lost) own=$(of_stats .exactness.own_drop)
	skipped=$(of_stats .exactness.skipped)
	# What the kernel of the other side had no room for is the line's.
	ours=$((lost + skipped)) asked=$(jq .asked "$dir/t0.answers")
	claim "the rate was kept" "$samples" -ge $((rate * (seconds + warm) / 10 * 9))
	claim "fewer than 1 in 10,000 lost by us" $((ours * 10000)) -lt "$samples"
	claim "every sending has its sample" "$samples" -eq "$(of_stats .exactness.sent)"
	# Sealing a segment takes some, for a moment: the most of either half.
	claim "memory is flat" "$most" -le $((before + before / 20))
	claim "descriptors are as many" "$fds_end" -eq "$fds"
	echo "soak: $samples samples in $((seconds + warm)) s beside a busy loop, $lost lost ($own own-drop), $skipped slots passed" \
		"over; resident $rss kB at the start, $now at the end, at most $before in the first half, $most in the second; descriptors $fds, then $fds_end"
	return $bad
}

proof $((seconds * 2 + warm + 90)) /dev/net/tun
