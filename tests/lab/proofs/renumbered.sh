#!/bin/bash
# The centre's address on a link changes and comes back, then the interface is deleted and made
# again with another index: each is recorded, none ends the daemon, and samples continue.
set -u
. "$(dirname "$0")/../proof.sh"

# number N: the one address of the interface from now on.
number() {
	ip addr flush dev e0
	ip addr add "10.9.0.$1/24" dev e0
	ip route replace 10.9.1.0/24 via 10.9.0.1
}

# answers DIR FROM TO: how many of sendings in these seconds.
answers() {
	awk -F, -v from="$(date -u -d "@$2" +%FT%T)" -v to="$(date -u -d "@$3" +%FT%T)" '
		$4 == "a" && $8 == "reply" && $1 >= from && $1 < to { n++ }
		END { print n + 0 }' "$1/dump"
}

measure() {
	far_link e0 10.9.0
	far_targets 5
	far_link e1 10.8.0 # that port keeps its carrier
	{
		printf 'data-dir = "%s/data"\nclock = trusted\n' "$dir"
		printf 'centre k { link a { interface = e0 gateway = none\n'
		for i in 1 2 3 4 5; do
			printf 'ping p%d { address = 10.9.1.%d network = n%d }\n' "$i" "$i" "$i"
		done
		printf '}\nlink b { interface = e1 gateway = none ping other { address = 10.8.0.1 } } }\n'
	} >"$dir/conf"
	mkdir -m 777 "$dir/data"
	start_daemon
	sleep 5
	t0=$(date +%s)
	number 3
	sleep 7
	t1=$(date +%s)
	number 2
	sleep 7
	t2=$(date +%s)
	old=$(cat /sys/class/net/e0/ifindex 2>/dev/null || ip -o link show e0 | cut -d : -f 1)
	ip link del e0
	sleep 4
	far_link e0 10.9.0
	ip route add 10.9.1.0/24 via 10.9.0.1
	new=$(ip -o link show e0 | cut -d : -f 1)
	t3=$(date +%s)
	sleep 8
	t4=$(date +%s)
	stop_daemon || return 1
	lw journal verify >/dev/null || return 1
	lw journal dump --csv >"$dir/dump" || return 1
	lw outages --json >"$dir/json" || return 1
	renumbered=$(cat "$dir"/data/journal/*.lwj | grep -ao 'renumbered' | wc -l)
	gone=$(cat "$dir"/data/journal/*.lwj | grep -aoE 'gone' | wc -l)
	first=$(answers "$dir" $((t0 - 5)) "$t0")
	other=$(answers "$dir" $((t0 + 2)) "$t1")
	again=$(answers "$dir" $((t1 + 2)) "$t2")
	away=$(answers "$dir" $((t2 + 1)) "$t3")
	back=$(answers "$dir" $((t3 + 2)) "$t4")
	beside=$(awk -F, '$4 == "b" && $8 != "reply" && $11 != "no-carrier"' "$dir/dump" | wc -l)
	ours=$(jq '[.links[0].unknown[] | select(.reason == "local-fault")] | length' "$dir/json")
	counted=$(jq '[.links[0].outages[] | select(.counted)] | length' "$dir/json")
	echo "recorded: renumbered $renumbered times, gone $gone times, index $old then $new, $ours holes of our own"
	echo "answers: $first before, $other by another address, $again by the first again," \
		"$away without interface, $back with the new one; $counted outages of the ISP's;" \
		"$beside of the other link's not answered"
	[ "$renumbered" -ge 2 ] && [ "$gone" -ge 1 ] && [ "$old" != "$new" ] && [ "$ours" -eq 1 ] && [ "$beside" -eq 0 ] &&
		[ "$first" -ge 12 ] && [ "$other" -ge 18 ] && [ "$again" -ge 18 ] &&
		[ "$away" -eq 0 ] && [ "$back" -ge 20 ] && [ "$counted" -eq 0 ]
}

proof 60
