#!/bin/bash
# Killed at a random moment, fifty times: nothing settled two seconds before is missing, what
# was in flight is unsettled, sessions increase, the chain holds, and no process stays behind.
# Runs by itself in namespaces of its own, ten lives each in five at once; about a minute.
set -u
. "$(dirname "$0")/../proof.sh"

measure() { # ten lives
	far_link e0 10.9.0
	far_targets 5
	{
		printf 'data-dir = "%s/data"\nclock = trusted\nuser = "root"\n' "$dir"
		printf 'centre k { link a { interface = e0 gateway = none\n'
		for i in 1 2 3 4 5; do
			printf 'ping p%d { address = 10.9.1.%d every = 100ms role = reflector }\n' "$i" "$i"
		done
		# One that never answers: there is always something in flight.
		printf 'ping dead { address = 10.9.0.77 every = 200ms role = reflector }\n} }\n'
	} >"$dir/conf"
	for n in 1 2 3 4 5 6 7 8 9 10; do
		tcpdump -i e0 -ttnl 'icmp[icmptype] == icmp-echoreply' >"$dir/wire" 2>/dev/null &
		dump=$!
		"$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch 2>>"$dir/err" &
		daemon=$!
		sleep "$((RANDOM % 3 + 2)).$((RANDOM % 10))"
		began=$(date +%s.%N)
		children=$(pgrep -P $daemon)
		kill -9 $daemon
		wait $daemon 2>/dev/null
		sleep 0.3
		kill $dump
		wait $dump 2>/dev/null
		for c in $children; do
			[ ! -e "/proc/$c" ] || { echo "life $n: process $c stayed behind"; return 1; }
		done
		# A next life repairs what this one left.
		"$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch --for 1ms 2>>"$dir/err" || return 1
		lw journal verify >/dev/null || return 1
		lw journal dump --csv >"$dir/dump" || return 1
		session=$((2 * n - 1))
		# By probe and sequence number: what was on the wire two seconds before must be there.
		awk -v t="$began" '$1 < t - 2 && $2 == "IP" && $NF ~ /^[0-9]+$/ {
			split($3, a, "."); sub(",", "", $NF)
			for (i = 1; i < NF; i++) if ($i == "seq") seq = $(i + 1) + 0
			print "p" a[4], seq
		}' "$dir/wire" | sort >"$dir/wanted"
		awk -F, -v s=$session '$12 == s && $8 == "reply" { print $5, $13 % 65536 }' \
			"$dir/dump" | sort >"$dir/there"
		missing=$(comm -23 "$dir/wanted" "$dir/there" | tr '\n' ';')
		unsettled=$(awk -F, -v s=$session '$12 == s && $8 == "unsettled"' "$dir/dump" | wc -l)
		order=$(awk -F, 'NR > 2 && $12 < last { bad++ } { last = $12 } END { print bad + 0 }' "$dir/dump")
		if [ -n "$missing" ] || [ "$unsettled" -eq 0 ] || [ "$order" -ne 0 ]; then
			echo "life $n: missing: $missing; $unsettled unsettled; $order sessions out of order"
			return 1
		fi
		echo "life $n: $(wc -l <"$dir/wanted") answers on the wire are in the journal, $unsettled unsettled"
	done
}

inside
needs tcpdump
work_make
pids=
for k in 1 2 3 4 5; do
	mkdir "$work/$k"
	apart 200 "$work/$k" >"$work/$k.log" 2>&1 &
	pids="$pids $!"
done
bad=0
for p in $pids; do
	wait "$p" || bad=$((bad + 1))
done
cat "$work"/*.log
held=$(cat "$work"/*.log | grep -c 'are in the journal, [0-9]* unsettled$')
echo "$held of 50 lives held"
[ $bad -eq 0 ] && [ "$held" -eq 50 ]
