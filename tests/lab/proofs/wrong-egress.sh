#!/bin/bash
# A route moved to the other link in the middle of a run gives samples of neither link, not
# false ones: links bound to their interface, and links known by their source address alone.
# What left by the other link is egress-wrong, answered or not; all else is proven.
set -u
. "$(dirname "$0")/../proof.sh"

network() { # two links to one far side, which answers by the way of the source
	for n in 0 1; do
		far_link e$n 10.9.$n
		ip rule add from 10.9.$n.2 table 10$n
	done
	for t in 1 2 3; do
		ip -n far addr add 192.0.2.$t/32 dev lo
	done
	nsenter --net=/run/netns/far sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
		for c in all default e0 e1; do
			echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter
			echo 1 >/proc/sys/net/ipv4/conf/$c/arp_ignore
		done' # who asks for an address that is not of the LAN gets no answer
	for c in all default e0 e1; do echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter; done
	nsenter --net=/run/netns/far nsd -d -c "$dir/nsd.conf" >"$dir/nsd.out" 2>&1 &
	nsd=$!
}

routes() { # 0's way, 1's way: by which link each source's packets go
	for n in 0 1; do
		eval "by=\$$((n + 1))"
		ip route replace default via "10.9.$by.1" dev "e$by" table 10$n
	done
	ip route del default dev e0 metric 10 2>/dev/null
	[ "$1" = 1 ] || ip route add default via 10.9.0.1 dev e0 metric 10
	ip route replace default via 10.9.1.1 dev e1 metric 11
}

uptime_s() { # the journal's boot_ns counts the same
	cut -d ' ' -f 1 /proc/uptime
}

both_links() { # interface | source: the configuration that knows them by that
	printf 'data-dir = "%s/%s"\nclock = trusted\nuser = "root"\ncentre k {\n' "$dir" "$1"
	for n in 0 1; do
		bound="interface = e$n"
		[ "$1" = interface ] || bound="source = 10.9.$n.2"
		cat <<-END
			link l$n { $bound gateway = 10.9.$n.1
				ping one { address = 192.0.2.1 every = 200ms role = reflector }
				ping two { address = 192.0.2.2 }
				tcp three { address = 192.0.2.3 port = 443 every = 500ms }
				dns four { server = 192.0.2.3 name = "example.com" every = 500ms role = isp }
			}
		END
	done
	echo '}'
}

measure() {
	printf '$ORIGIN example.com.\n$TTL 60\n@ SOA ns h 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.3\n@ A 192.0.2.1\n' >"$dir/zone"
	cat >"$dir/nsd.conf" <<-END
		server:
		  ip-address: 192.0.2.3
		  username: ""
		  chroot: ""
		  zonesdir: "$dir"
		  database: ""
		  zonelistfile: "$dir/zone.list"
		  xfrdfile: "$dir/xfrd.state"
		  xfrdir: "$dir"
		  pidfile: "$dir/nsd.pid"
		  logfile: "$dir/nsd.log"
		  server-count: 1
		  rrl-ratelimit: 0
		remote-control:
		  control-enable: no
		zone:
		  name: example.com
		  zonefile: "$dir/zone"
	END
	network
	bad=0
	for way in interface source; do
		routes 0 1
		both_links $way >"$dir/$way.conf"
		"$LW_BUILD/linkwitnessd" -c "$dir/$way.conf" --no-watch --for 16s 2>>"$dir/err" &
		daemon=$!
		sleep 5
		moved=$(uptime_s)
		routes 1 1
		sleep 5
		back=$(uptime_s)
		routes 0 1
		wait $daemon || bad=1
		"$LW_BUILD/linkwitness" --data "$dir/$way" journal dump --csv >"$dir/$way.csv" || bad=1
		awk -F, -v moved="$moved" -v back="$back" -v way=$way 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
			{
				at = $c["boot_ns"] / 1e9
				if (at > moved - 0.2 && at < moved + 0.2 || at > back - 0.2 && at < back + 0.2) next
				astray = at > moved && at < back && $c["link"] == "l0" && (way == "source" || $c["probe"] != "gateway")
				wrong = $c["flags"] ~ /egress-wrong/
				unproven = $c["flags"] ~ /egress-unproven/
				n[astray ? "while moved" : "else"]++
				if (unproven && at > first + 2) { unp++; print "unproven: " $0 }
				if (astray != wrong && !unproven) { false_ones++; print (astray ? "not flagged: " : "flagged: ") $0 }
				if (first == 0) first = at
				answered += astray && $c["outcome"] == "reply"
			}
			END {
				printf "%s: %d samples of the moved link, all egress-wrong but %d (%d were answered); %d others, %d unproven\n",
					way, n["while moved"], false_ones, answered, n["else"], unp
				exit !(n["while moved"] > 40 && n["else"] > 150 && false_ones == 0 && unp == 0)
			}' "$dir/$way.csv" || bad=1
	done
	kill $nsd
	cat "$dir/err"
	return $bad
}

proof 90 nsd
