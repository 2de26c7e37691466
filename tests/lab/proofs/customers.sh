#!/bin/bash
# What the passive view counts is what a client behind the link did: so many connections made,
# refused, and lost in the dark; a throughput of datagrams beside them; and none of our own.
# An outage tells how many real connections failed meanwhile.
set -u
. "$(dirname "$0")/../proof.sh"
MADE=40 REFUSED=15 DARK=25

connect() { # N PORT: as a customer, one after another
	for _ in $(seq "$1"); do
		timeout 0.3 nsenter --net=/run/netns/client bash -c "exec 3<>/dev/tcp/198.18.7.1/$2" 2>/dev/null
	done
}

network() { # client ── here, the centre's router ── far
	far_link e0 10.9.0
	ip netns add client
	ip link add lan type veth peer name eth0 netns client
	ip addr add 10.8.0.1/24 dev lan
	ip link set lan up
	ip -n client addr add 10.8.0.2/24 dev eth0
	ip -n client link set eth0 up
	ip route add default via 10.9.0.1
	ip -n client route add default via 10.8.0.1
	ip -n far route add 10.8.0.0/24 via 10.9.0.2
	for t in 192.0.2.1 192.0.2.2 192.0.2.3 198.18.7.1; do
		ip -n far addr add $t/32 dev lo
	done
	echo 1 >/proc/sys/net/ipv4/ip_forward
	far_server
}

dark() { # on | off: what arrives at the far side is dropped, the carrier stays
	if [ "$1" = on ]; then
		nsenter --net=/run/netns/far nft -f - <<-END
			table netdev dark {
				chain in { type filter hook ingress device "e0" priority 0; policy drop; }
			}
		END
	else
		nsenter --net=/run/netns/far nft delete table netdev dark
	fi
}

measure() {
	network
	cat >"$dir/conf" <<-END
		data-dir = "$dir/data"
		clock = trusted
		user = "root"
		centre k { link a { interface = e0 gateway = 10.9.0.1
			ping one { address = 192.0.2.1 }
			ping two { address = 192.0.2.2 }
			tcp three { address = 198.18.7.1 port = 80 every = 250ms }
			tcp four { address = 192.0.2.3 port = 81 every = 250ms }
		} }
	END
	"$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch --for 100s 2>>"$dir/err" &
	daemon=$!
	sleep 3
	connect $MADE 80
	connect $REFUSED 81
	sleep 12
	dark on
	sleep 2
	connect $DARK 80
	sleep 3
	sleep 2
	dark off
	wait $daemon || { cat "$dir/err"; return 1; }
	kill $nginx
	lw outages --json >"$dir/outages.json" || return 1
	lw outages
	lw journal stats --json >"$dir/stats.json" || return 1
	jq -r --argjson made $MADE --argjson refused $REFUSED --argjson dark $DARK \
		--slurpfile stats "$dir/stats.json" '
		[.links[].outages[].evidence.connections] as $c | $stats[0].customers as $s |
		"customers: \($s | tostring)", "in the outage: \($c | tostring)",
		(if $s.attempted == $made + $refused + $dark and $s.answered == $made and
			$s.refused == $refused and $s.unanswered == $dark and $s.unfollowed == 0 and
			($c | length) == 1 and $c[0].attempted == $dark and $c[0].failed == $dark and
			$c[0].answered == 0 and $c[0].refused == 0
		then "the counts are those of the client" else "NOT the counts of the client" end)' \
		"$dir/outages.json" | tee "$dir/said"
	lw report dossier --link k/a --from -1h --to now \
		-o "$dir/dossier.pdf" --csv "$dir/tables" >/dev/null || return 1
	local files=0 packets=0
	for f in "$dir/data/packets"/*; do
		tcpdump -r "$f" -nn >"$dir/packets" 2>/dev/null && [ -s "$dir/packets" ] ||
			echo "NOT read by tcpdump: $f" | tee -a "$dir/said"
		grep "${f##*/}" "$dir/tables/packets.csv" | grep -q "$(sha256sum "$f" | cut -c 1-64)" ||
			echo "NOT as the journal has it: $f" | tee -a "$dir/said"
		files=$((files + 1)) packets=$((packets + $(wc -l <"$dir/packets")))
	done
	echo "customers: $MADE made, $REFUSED refused, $DARK in the dark, counted as such; $packets packets" \
		"of ours in $files files with the journal's hashes"
	[ $packets -gt 0 ] && ! grep -q NOT "$dir/said"
}

proof 120 nginx nft tcpdump
