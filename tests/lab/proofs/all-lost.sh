#!/bin/bash
# Nobody answers anything, at full rate: every probe that was sent is recorded lost, for the
# timeout and not for a drop of ours, the rate is kept, and the memory stays where it was.
#
#	LW_LOST_S=3600 RATE=50000    so long instead of 20 s; probes a second
set -u
. "$(dirname "$0")/../proof.sh"
seconds=${LW_LOST_S:-20} rate=${RATE:-50000} count=20000
warm=6
[ "$seconds" -lt 120 ] || warm=150 # segments are sealed, which takes its memory once

sent() { awk "/d0:/ { print \$11 }" /proc/net/dev; }

measure() {
	silent_link d0
	targets $count
	config d0 $((count * 1000 / rate))ms 1s
	start_daemon
	sleep $warm # of which nothing is judged: rings fill, memory is taken up
	local most=0 now bad=0 rss fds fds_end from t0 got lost samples unsettled skipped
	rss=$(rss_kb) fds=$(descriptors) from=$(sent) t0=$(date +%s%N)
	for _ in $(seq $((seconds / 4))); do
		sleep 4
		now=$(rss_kb) || { echo "it died: $(tail -n 3 "$dir/err")"; return 1; }
		[ "$now" -gt "$most" ] && most=$now
	done
	fds_end=$(descriptors)
	got=$((($(sent) - from) * 1000000000 / ($(date +%s%N) - t0)))
	stop_daemon || return 1
	stats || return 1
	lost=$(of_stats .by_outcome.lost) samples=$(of_stats .samples)
	unsettled=$(of_stats .by_outcome.unsettled) skipped=$(of_stats .exactness.skipped)
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw journal dump --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{ n[$c["outcome"] " " $c["code"] " " $c["flags"]]++ }
		END { for (k in n) print n[k], k }' | sort -rn >"$dir/kinds"
	cat "$dir/kinds"
	claim "every sample is lost or was in flight at the end" $((lost + unsettled)) -eq "$samples"
	claim "in flight at the end is a second's at most" "$unsettled" -le $((rate * 3 / 2))
	claim "as many samples as left" "$samples" -eq "$(of_stats .exactness.sent)"
	claim "nine tenths of the rate are kept" $((got * 10)) -ge $((rate * 9))
	claim "memory is flat" "$most" -le $((rss + rss / 20))
	claim "descriptors are as many" "$fds_end" -eq "$fds"
	echo "all lost: $got/s for $seconds s, $samples samples, $lost lost, $unsettled in flight at the end," \
		"$skipped slots passed over; resident $rss kB, then $most kB at most"
	return $bad
}

proof $((seconds + warm + 60 + seconds / 2))
