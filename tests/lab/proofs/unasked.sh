#!/bin/bash
# Answers that nobody asked for, tens of thousands a second of five kinds; answers that come
# twice, late, in another order or never: every sample is held against what the other side
# did with that very request. Nothing is invented, a second answer counts once as such, round
# trips are those of the line.
set -u
. "$(dirname "$0")/../proof.sh"
seconds=${LW_UNASKED_S:-16}

measure() {
	local i bad=0 probes=()
	answered_link t0 -s $((seconds + 30)) -d 5 -r 80 -u 50 -l 20 -o "$dir/truth" \
		-f ident=10000 -f cookie=10000 -f seq=10000 -f stale=5000 -f error=5000
	targets 300
	for i in 1 2 3 4; do # faster than their answers: those overtake each other
		probes+=("ping f$i { address = 10.250.1.$i every = 20ms timeout = 1s role = reflector network = n$i }")
	done
	config t0 100ms 1s "${probes[@]}"
	start_daemon
	sleep "$seconds"
	stop_daemon || return 1
	kill "$answers"; wait "$answers"
	cat "$dir/t0.answers"
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw journal dump --csv >"$dir/dump"
	awk -F, 'FNR == NR { split($0, t, " "); k = t[1] " " t[2]; held[k] = t[3]; copies[k] = t[4]; next }
		FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{
			a = $c["probe"]
			if (a == "one") next # the path to it is traced, with numbers of its own
			if (!sub(/^f/, "10.250.1.", a)) gsub(/-/, ".", a)
			k = a " " $c["seq"] % 65536
			flags = $c["flags"]; outcome = $c["outcome"]
			if (flags ~ /own-drop/) own++
			if (!(k in held)) { if (outcome != "unsettled") unknown++; next }
			if (flags ~ /dup/) { dup[k]++; if (copies[k] < 2) false_dup++; n_dup++ }
			else if (flags ~ /late/) late++
			else if (outcome == "reply") {
				reply[k]++; n_reply++
				if (copies[k] < 1) { invented++; print "invented: " $0 >"/dev/stderr" }
				off = $c["rtt_us"] - held[k] / 1000
				if (off < 0) early++
				print off >offs
			} else if (outcome == "lost") {
				n_lost++
				if (copies[k] > 0 && flags !~ /own-drop/) { silent++; print "answered, but: " $0 >"/dev/stderr" }
			} else if (outcome != "unsettled") odd++
		}
		END {
			for (k in copies) if (copies[k] == 2 && reply[k] && !dup[k]) missed_dup++
			for (k in dup) if (dup[k] > 1) twice++
			print n_reply + 0, n_lost + 0, n_dup + 0, late + 0, own + 0, unknown + 0, invented + 0, early + 0, silent + 0, odd + 0, false_dup + 0, missed_dup + 0, twice + 0
		}' offs="$dir/offs" "$dir/truth" "$dir/dump" >"$dir/sums"
	read -r reply lost dup late own unknown invented early silent odd false_dup missed_dup twice <"$dir/sums"
	sort -n "$dir/offs" | awk '{ v[NR] = $1 } END { print v[int(NR / 2) + 1], v[int(NR * 0.99)] }' >"$dir/off"
	read -r p50 p99 <"$dir/off"
	cat "$dir/sums"
	claim "replies are there" "$reply" -gt 10000
	claim "no sample is of a request that nobody saw" "$unknown" -eq 0
	claim "no answer is invented" "$invented" -eq 0
	claim "no answer is unheard" "$silent" -eq 0
	claim "nothing but replies and losses" "$odd" -eq 0
	claim "nothing is late" "$late" -eq 0
	claim "losses are there" "$lost" -gt 100
	claim "duplicates are there" "$dup" -gt 300
	claim "no duplicate is invented" "$false_dup" -eq 0
	claim "none is missed but at the end" "$missed_dup" -le 20
	claim "each is told once" "$twice" -eq 0
	claim "no drop of ours" "$(of_stats .exactness.socket_drops)" -eq 0
	claim "no answer came before it left" "$early" -eq 0
	claim "half are within 1 ms of the line's" "$(awk -v v="$p50" 'BEGIN { print (v < 1000) }')" -eq 1
	claim "no outage" "$(lw outages --json | jq '[.links[] | .outages[], .micro_outages[]] | length')" -eq 0
	echo "unasked: $reply replies, $lost lost, $dup twice as the line did, among" \
		"$(jq '.ident + .cookie + .seq + .stale + .error' "$dir/t0.answers") packets nobody asked for:" \
		"0 invented, round trips off by $p50 us at the median, $p99 us at the 99th percentile"
	return $bad
}

proof $((seconds + 40 + seconds)) /dev/net/tun
