#!/bin/bash
# A link without IPv4: its CPE is known by the next hop of the IPv6 default route, a link-local
# address, from when the route is there. It dies, the port still lit: one outage, of the CPE,
# with what left proven. A default route of IPv4 comes and goes: while it is there its next
# hop is asked instead. A link beside, known by its IPv6 source alone, has the gateway of the
# table that this leads to: fe80::1 too, and another host.
#
#	here ─e0─ far0: fe80::1 and 10.9.0.1, and behind it the targets
#	     ─e1─ far1: fe80::1, and behind it the same
set -u
. "$(dirname "$0")/../proof.sh"

network() {
	local n i
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
	for n in 0 1; do
		ip netns add far$n
		nsenter --net=/run/netns/far$n sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
		ip link add e$n type veth peer name e$n netns far$n
		ip -n far$n link set lo up
		ip -n far$n link set e$n up
		ip -n far$n addr add fe80::1/64 dev e$n
		for i in 1 2 3 4 5; do ip -n far$n addr add 2001:db8:$i::1/128 dev lo; done
		ip -n far$n route add 2001:db8:9$n::/64 dev e$n
		ip link set e$n up
		ip addr add 2001:db8:9$n::2/64 dev e$n
	done
	ip -n far0 addr add 10.9.0.1/24 dev e0
	ip -6 rule add from 2001:db8:91::2 table 11
	ip route add ::/0 via fe80::1 dev e1 table 11
	ip route add ::/0 via fe80::7 dev e1 table 10
}

dead() { # the CPE hears nothing more
	nsenter --net=/run/netns/far0 nft -f - <<-END
		table netdev dead {
			chain in { type filter hook ingress device "e0" priority 0; policy drop; }
		}
	END
}

boot() { cut -d ' ' -f 1 /proc/uptime; }

measure() {
	network
	{
		printf 'data-dir = "%s/data"\nclock = trusted\nuser = "root"\n' "$dir"
		echo 'centre k {'
		for link in 'a { interface = e0' 'b { source6 = "2001:db8:91::2"'; do
			echo "link $link cpe-owner = isp path-every = none"
			for i in 1 2 3 4 5; do
				printf 'ping p%d { address = 2001:db8:%d::1 timeout = 1s }\n' "$i" "$i"
			done
			echo '}'
		done
		echo '}'
	} >"$dir/conf"
	"$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch --for 27s 2>"$dir/err" &
	daemon=$!
	sleep 2
	ip route add ::/0 via fe80::1 dev e0
	routed=$(boot)
	sleep 6
	dead
	died=$(boot)
	sleep 9
	nsenter --net=/run/netns/far0 nft delete table netdev dead
	lives=$(boot)
	sleep 3
	ip addr add 10.9.0.2/24 dev e0
	ip route add default via 10.9.0.1
	four=$(boot)
	sleep 3
	ip route del default via 10.9.0.1
	six=$(boot)
	wait $daemon || { cat "$dir/err"; return 1; }
	cat "$dir/err"
	lw outages --json >"$dir/outages.json" || return 1
	lw outages
	lw journal dump --csv >"$dir/dump" || return 1
	lw report dossier --link k/a --from -1h --to now \
		-o "$dir/dossier.pdf" --csv "$dir/tables" >/dev/null || return 1
	awk -F, -v routed="$routed" -v died="$died" -v lives="$lives" -v six="$six" '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{
			at = $c["boot_ns"] / 1e9
			if (start == 0) start = at
			unproven += at > start + 2 && $c["flags"] ~ /egress/
			if ($c["probe"] != "gateway") next
			if ($c["link"] == "b") { beside[$c["outcome"]]++; next }
			if (first == 0) first = at
			when = at < died ? "before" : at < lives ? "dead" : "after"
			if (at > died - 1.2 && at < died + 0.2 || at > lives - 1.2 && at < lives + 0.2) next
			n[when " " $c["outcome"]]++
			again += at > six + 1.2 && $c["outcome"] == "reply"
		}
		END {
			printf "the gateway: asked %.1f s after the route; %d answers before, %d lost and %d" \
				" answers while dead, %d answers after, %d of them by IPv6 again; beside it %d" \
				" answers and %d lost; %d samples unproven\n",
				first - routed, n["before reply"], n["dead lost"], n["dead reply"],
				n["after reply"], again, beside["reply"], beside["lost"], unproven
			exit !(first > routed - 0.1 && first < routed + 2.2 && n["before reply"] >= 3 &&
				n["dead lost"] >= 6 && n["dead reply"] == 0 && n["after reply"] >= 6 &&
				again >= 1 && beside["reply"] >= 22 && beside["lost"] == 0 && unproven == 0)
		}' "$dir/dump" || bad=1
	cause=$(jq -r '[.links[] | .link as $l | .outages[] | "\($l) \(.attribution) \(.counted)"] | join(", ")' \
		"$dir/outages.json")
	asked=$(grep ',gateway,' "$dir/tables/probes.csv" | grep -oE 'fe80::[17]%e[01]|10\.9\.0\.1' | sort | tr '\n' ' ')
	echo "one outage: $cause; asked as gateway: $asked"
	claim "one outage, of the CPE" "$cause" = "a cpe true"
	claim "the next hops, as they are" "$asked" = "10.9.0.1 fe80::1%e0 fe80::1%e1 "
	return $bad
}

bad=0
proof 60 nft
