#!/bin/bash
# The disk fills at full rate: what cannot be written is a gap that is told once there is
# room again, of the time it was; what was written stays, all of it reads, no outage is made
# of the hole, and the process lives and stays as small as it was.
set -u
. "$(dirname "$0")/../proof.sh"
rate=${RATE:-50000} count=2000

utc() { date -u -d "@$1" +%FT%T; }

measure() {
	local bad=0 full free rss_before rss rss_end before during after lost
	mkdir "$dir/data"
	mount -t tmpfs -o size=48m,mode=777 none "$dir/data" || return 1
	answered_link t0 -s 60
	targets $count
	config t0 $((count * 1000 / rate))ms 1s "ping two { address = 10.250.0.2 every = 1s network = two }" \
		"ping three { address = 10.250.0.3 every = 1s network = three }"
	start_daemon
	sleep 5
	rss_before=$(rss_kb)
	dd if=/dev/zero of="$dir/data/filler" bs=64k 2>/dev/null
	full=$(date +%s)
	sleep 3
	rss=$(rss_kb)
	sleep 6
	rss_end=$(rss_kb) || { echo "it died: $(tail -n 3 "$dir/err")"; return 1; }
	rm "$dir/data/filler"
	free=$(date +%s)
	sleep 5
	stop_daemon || return 1
	kill "$answers"; wait "$answers"
	cat "$dir/t0.answers" "$dir/err"
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw outages --json >"$dir/outages" || return 1
	jq -c '.links[0] | {outages, micro_outages, unknown, degradations}' "$dir/outages"
	lw journal dump --csv | awk -F, -v a="$(utc "$((full - 1))")" -v b="$(utc "$((full + 2))")" \
		-v c="$(utc "$((free - 1))")" -v d="$(utc "$((free + 3))")" '
		NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
		{
			at = $1
			if ($col["outcome"] == "lost" && $col["flags"] !~ /own-drop/) lost++
			if (at < a) before++; else if (at > d) after++; else if (at > b && at < c) during++
		}
		END { print before + 0, during + 0, after + 0, lost + 0 }' >"$dir/sums"
	read -r before during after lost <"$dir/sums"
	claim "samples before" "$before" -gt $((rate * 3))
	claim "samples after" "$after" -gt $((rate / 2))
	claim "the line lost nothing, nor do the samples say so" "$lost" -eq 0
	claim "no outage" "$(jq '[.links[] | .outages[], .micro_outages[], .degradations[]] | length' "$dir/outages")" -eq 0
	claim "the hole is unknown time, disk-full" "$(jq --argjson full "$full" --argjson free "$free" '
		def at: sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601;
		[.links[0].unknown[] | select(.reason == "disk-full")] | length >= 1 and
		all(.[]; (.start | at) >= $full - 2 and (.end | at) <= $free + 3) and
		(map((.end | at) - (.start | at)) | add) >= 5' "$dir/outages")" = true
	claim "it was said, and when it was over" "$(grep -c 'measuring goes on unwritten\|written again' "$dir/err")" -ge 2
	claim "what waits in memory is bounded" "$rss" -le $((rss_before + 32768))
	claim "memory is flat" "$rss_end" -le $((rss + rss / 20))
	echo "disk full at rate: $before samples before, $during while it was full, $after after;" \
		"$(jq -r '.links[0].unknown[] | select(.reason == "disk-full") | .start[11:19] + " to " + .end[11:19]' "$dir/outages") unknown," \
		"no outage; resident $rss_before kB, full $rss, then $rss_end"
	return $bad
}

proof 90 /dev/net/tun
