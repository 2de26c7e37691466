#!/bin/bash
# One interface loses its carrier every other second, one is taken down and up by hand, one
# is left alone. What is sent while one is down never left, what is sent while it is up is
# answered, each probe due has a sample or a counted skip, no outage is made of it on the
# link that was left alone, and neither memory nor descriptors grow.
#
#	LW_FLAP_S=60    so long instead of 16 s
set -u
. "$(dirname "$0")/../proof.sh"
seconds=${LW_FLAP_S:-16}

network() {
	local n=0 l
	for l in far near still; do
		n=$((n + 1))
		far_link "e-$l" "172.16.$n"
		ip -n far route add local "10.$n.0.0/16" dev lo
		ip route add "10.$n.0.0/16" via "172.16.$n.1"
	done
	nsenter --net=/run/netns/far sh -c 'echo 0 >/proc/sys/net/ipv4/icmp_ratelimit'
}

write_config() {
	local n=0 l i
	printf 'data-dir = "%s/data"\nclock = trusted\nuser = "root"\ncentre k {\n' "$dir"
	for l in far near still; do
		n=$((n + 1))
		echo "link $l { interface = e-$l gateway = none"
		for i in 1 2 3 4 5; do
			echo "ping v$i { address = 10.$n.1.$i every = 1s timeout = 500ms network = n$i }"
			echo "ping f$i { address = 10.$n.2.$i every = 50ms timeout = 500ms role = reflector }"
		done
		echo "tcp t1 { address = 10.$n.3.1 port = 443 every = 500ms timeout = 500ms role = reflector }"
		echo "dns d1 { server = 10.$n.3.2 name = \"example.com\" every = 500ms timeout = 500ms role = isp }"
		echo "}"
	done
	echo "}"
}

boot() { cut -d ' ' -f 1 /proc/uptime; }

flap() { # for so many seconds
	local i
	for i in $(seq $(($1 / 2))); do
		echo "down $(boot)"
		ip -n far link set e-far down
		ip link set e-near down
		echo "is $(boot)"
		sleep 1
		echo "up $(boot)"
		ip -n far link set e-far up
		ip link set e-near up
		ip route add 10.2.0.0/16 via 172.16.2.1
		echo "is $(boot)"
		sleep 1
	done
}

# The truth of the times against the samples of one kind of probe; see its END.
compare() {
	awk -F, -v ends="$1" 'FNR == NR {
			split($0, t, " ")
			if (t[1] == "is") sure[n] = t[2]; else { n++; kind[n] = t[1]; at[n] = t[2] }
			next
		}
		FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{
			b = $c["boot_ns"] / 1e9; l = $c["link"]; o = $c["outcome"]; p = l " " $c["probe"]
			if (!(p in first) || b < first[p]) first[p] = b
			if (b > last[p]) last[p] = b
			samples[p]++
			# while the neighbour is asked for, packets wait in the kernel
			if ($c["flags"] ~ /late|dup/) { again++; next }
			# uptime has hundredths; a sample near a change may be of either side
			k = 0
			for (i = n; i > 0 && k == 0; i--) if (b >= at[i] - 0.02) k = i
			if (o == "unsettled") next # at the very end
			near = k > 0 && b < sure[k] + 0.08 || k < n && b > at[k + 1] - 0.08 || b > ends
			down = l != "still" && k > 0 && kind[k] == "down"
			good = $c["kind"] == "ping" ? o == "reply" : $c["kind"] == "tcp" ? o == "refused" : o == "refused"
			if (near) { at_edges++; next }
			if (down) { n_down++; if (o != "not-sent") { wrong++; print "down: " $0 >"/dev/stderr" } }
			else { n_up++; if (!good) { wrong++; print "up: " $0 >"/dev/stderr" } }
		}
		END {
			for (p in first) {
				split(p, q, " ")
				every = q[2] ~ /^v/ ? 1 : q[2] ~ /^f/ ? 0.05 : 0.5
				slots += int((last[p] - 0.003) / every) - int(first[p] / every) + 1
				have += samples[p]
			}
			print n_down + 0, n_up + 0, wrong + 0, at_edges + 0, slots - have, again + 0
		}' "$dir/truth" "$dir/dump"
}

measure() {
	local bad=0 rss fds rss_end fds_end ends n_down n_up wrong edges missed late skipped
	network
	write_config >"$dir/conf"
	start_daemon
	sleep 5
	flap 4 >"$dir/truth" # what that takes of memory once
	rss=$(rss_kb) fds=$(descriptors)
	flap $((seconds - 4)) >>"$dir/truth"
	sleep 2
	ends=$(boot)
	rss_end=$(rss_kb) fds_end=$(descriptors)
	stop_daemon || return 1
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw journal dump --csv >"$dir/dump"
	compare "$ends" >"$dir/sums"
	read -r n_down n_up wrong edges missed late <"$dir/sums"
	skipped=$(of_stats .exactness.skipped)
	lw outages --json >"$dir/outages" || return 1
	jq -c '.links[] | {link, outages, micro_outages, unknown, degradations}' "$dir/outages"
	claim "both were down for long" "$n_down" -gt $((seconds * 20))
	claim "all were up for long" "$n_up" -gt $((seconds * 20))
	claim "no sample contradicts the times" "$wrong" -eq 0
	claim "each due probe has a sample or a counted skip" "$missed" -le "$skipped"
	claim "every sending has its sample" "$(of_stats .samples)" -eq \
		$(($(of_stats .exactness.sent) + $(of_stats .exactness.unsent)))
	claim "descriptors are as many" "$fds_end" -le $((fds + 2))
	# The ring of our own packets, some 90 kB a second here, is filled within 200 s.
	claim "memory is flat" "$rss_end" -le $((rss + 3000 + 100 * (seconds < 200 ? seconds : 200)))
	claim "the link left alone had no outage" "$(jq '[.links[] | select(.link == "still") |
		.outages[], .micro_outages[], .degradations[]] | length' "$dir/outages")" -eq 0
	claim "the others' loss is told" "$(jq '[.links[] | select(.link != "still") |
		.degradations[] | select(.kind == "loss")] | length' "$dir/outages")" -eq 2
	echo "flapping: for $seconds s, $n_down samples while down all not-sent, $n_up while up all answered," \
		"$edges at the edges, $late late, $((missed > 0 ? missed : 0)) slots without a sample, $skipped counted;" \
		"resident $rss kB, then $rss_end; descriptors $fds, then $fds_end"
	return $bad
}

proof $((seconds + 40))
