#!/bin/bash
# The disk is full: writing stops cleanly, the hole is unknown time, reason disk-full,
# and no outage, measuring resumes by itself once there is space, and the journal verifies.
set -u
. "$(dirname "$0")/../proof.sh"

measure() {
	mkdir "$dir/data"
	mount -t tmpfs -o size=512k,mode=777 none "$dir/data" || return 1
	far_link e0 10.9.0
	far_targets 8
	{
		printf 'data-dir = "%s/data"\nclock = trusted\n' "$dir"
		printf 'centre k { link a { interface = e0 gateway = none\n'
		for i in 1 2 3 4 5 6 7 8; do
			printf 'ping p%d { address = 10.9.1.%d every = 100ms role = reflector network = n%d }\n' \
				"$i" "$i" "$i"
		done
		printf 'ping i { address = 10.9.0.1 } } }\n'
	} >"$dir/conf"
	start_daemon
	sleep 8
	dd if=/dev/zero of="$dir/data/filler" bs=4k 2>/dev/null
	full=$(date +%s)
	[ "$(df --output=avail "$dir/data" | tail -n 1)" -eq 0 ] || { echo "it is not full"; return 1; }
	sleep 16
	kill -0 $daemon 2>/dev/null || { echo "it ended: $(cat "$dir/err")"; return 1; }
	rm "$dir/data/filler"
	free=$(date +%s)
	sleep 10
	stop_daemon || return 1
	lw journal verify >/dev/null || return 1
	lw journal dump --csv |
		awk -F, -v full="$(date -u -d "@$full" +%FT%T)" \
			-v free="$(date -u -d "@$((free + 2))" +%FT%T)" 'NR > 1 {
			if ($8 != "reply") other++
			else if ($1 < full) before++
			else if ($1 >= free) after++
		}
		END { print before + 0, after + 0, other + 0 }' >"$dir/samples"
	read -r before after other <"$dir/samples"
	lw outages --json >"$dir/json" || return 1
	jq -e --argjson full "$full" --argjson free "$free" '
		def at: sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601;
		.links[0] | [.outages[], .micro_outages[]] as $outages
		| [.unknown[] | select(.reason == "disk-full")] as $holes
		# What is freed when the write-ahead file begins anew may let a second or two through.
		| ($outages | length) == 0 and ($holes | length) >= 1
		and all($holes[]; (.start | at) >= $full - 2 and (.end | at) <= $free + 3)
		and ([$holes[] | (.end | at) - (.start | at)] | add) >= 5
		and all(.unknown[]; .reason == "disk-full" or (.end | at) < $full - 2)' "$dir/json" >/dev/null
	rc=$?
	jq -c '.links[0] | [.unknown[] | [.start, .end, .reason]]' "$dir/json"
	echo "full $(date -u -d "@$full" +%T) to $(date -u -d "@$free" +%T):" \
		"$before answers before, $after after, $other unanswered"
	grep -q 'measuring goes on unwritten' "$dir/err" && grep -q 'written again' "$dir/err" || rc=1
	[ $rc -eq 0 ] && [ "$before" -gt 400 ] && [ "$after" -gt 400 ] && [ "$other" -le 9 ]
}

proof 60
