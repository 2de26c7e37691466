#!/bin/bash
# The clock is put an hour forward, two back, and right again, at a rate: what is measured
# goes by the clock that nobody sets. Each step is an event of the right size, all samples
# keep one order and one relation of label and boot clock, round trips are those of the line,
# and no outage or unknown time is made of it.
set -u
. "$(dirname "$0")/../proof.sh"
rate=${RATE:-20000} count=2000

measure() {
	local bad=0 i n order labels low p50 high most user unproven late seen lines=()
	answered_link t0 -s 60 -d 20
	targets $count
	for i in 1 2 3 4; do
		lines+=("ping v$i { address = 10.250.1.$i every = 1s network = n$i }"
			"tcp t$i { address = 10.250.2.$i port = 80 every = 1s role = reflector }")
	done
	config t0 $((count * 1000 / rate))ms 1s "${lines[@]}"
	LW_STEPS="5:3600 9:-7200 13:3600" "$LW_BUILD/tests/lab/stepped" -c "$dir/conf" --no-watch --for 17s \
		2>"$dir/err" || { cat "$dir/err"; return 1; }
	kill "$answers"; wait "$answers"
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw journal dump --json | grep '"row":"event"' >"$dir/events"
	grep -i clock "$dir/events"
	lw journal dump --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{
			n++
			# ns of a day, both clocks; a double holds those exactly
			split(substr($1, 12), t, /[:Z]/)
			apart = (t[1] * 3600 + t[2] * 60 + t[3]) * 1e6 - int($c["boot_ns"] / 1000) % 86400000000
			apart = (apart + 2 * 86400000000) % 86400000000
			if (n == 1) first = apart
			d = apart - first
			if (d > 43200000000) d -= 86400000000
			if (d > 2 || d < -2) labels++
			if ($c["boot_ns"] / 1e3 < before) order++
			before = $c["boot_ns"] / 1e3
			if ($c["flags"] ~ /late|dup/) late++
			if ($c["flags"] ~ /egress/) unproven++
			if ($c["kind"] == "ping" && $c["outcome"] == "reply") {
				print $c["rtt_us"] >rtts
				if ($c["stamp"] !~ /kernel/) user++
			} else if ($c["kind"] == "ping" && $c["outcome"] == "lost") lost++
		}
		END { print n + 0, order + 0, labels + 0, late + 0, unproven + 0, user + 0, lost + 0 }' rtts="$dir/rtts" >"$dir/sums"
	read -r n order labels late unproven user lost <"$dir/sums"
	sort -n "$dir/rtts" | awk '{ v[NR] = $1 } END { print v[1], v[int(NR / 2) + 1], v[int(NR * 0.99)], v[NR] }' >"$dir/rtt"
	read -r low p50 high most <"$dir/rtt"
	lw outages --json >"$dir/outages" || return 1
	jq -c '.links[0] | {outages, micro_outages, unknown, degradations}' "$dir/outages"
	cat "$dir/sums" "$dir/rtt"
	claim "samples are there" "$n" -gt $((rate * 13))
	claim "in one order" "$order" -eq 0
	claim "labels keep to the boot clock" "$labels" -eq 0
	claim "each step is told" "$(grep -c '"clock-step"' "$dir/events")" -eq 3
	claim "nothing is late or twice" "$late" -eq 0
	claim "nothing is lost" "$lost" -eq 0
	claim "no answer before the line's 20 ms" "$(awk -v v="$low" 'BEGIN { print (v >= 20000) }')" -eq 1
	claim "all but one in a hundred soon after" "$(awk -v v="$high" 'BEGIN { print (v < 40000) }')" -eq 1
	claim "and none an hour later" "$(awk -v v="$most" 'BEGIN { print (v < 1000000) }')" -eq 1
	claim "what had to do without the kernel's stamps is little" "$user" -lt $((n / 100))
	claim "no outage" "$(jq '[.links[] | .outages[], .micro_outages[], .degradations[]] | length' "$dir/outages")" -eq 0
	claim "no unknown time but the start" "$(jq '[.links[].unknown[] | select(.reason != "collector-stopped")] | length' \
		"$dir/outages")" -eq 0
	echo "clock steps: $n samples over steps of +1 h, -2 h, +1 h, each told: one order, labels as the boot clock," \
		"round trips $low to $most us around the line's 20 ms ($p50 at the median), $user without kernel stamps," \
		"$unproven unproven, no outage, no unknown time"
	return $bad
}

proof 60 /dev/net/tun
