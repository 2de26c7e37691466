#!/bin/bash
# Nobody answers any connect, and each stays open for the ten seconds in which an answer
# would still be late: more descriptors than a process is given at first. Every sending
# leaves all the same, its loss is the network's, and the journal goes on.
set -u
. "$(dirname "$0")/../proof.sh"
seconds=14

measure() {
	local bad=0 i most
	silent_link d0
	for i in $(seq 12); do
		echo "tcp t$i { address = 10.1.0.$i port = 443 every = 100ms timeout = 1s role = reflector }"
	done >"$dir/probes"
	targets 1
	config d0 1s 1s "$(cat "$dir/probes")"
	ulimit -Sn 256
	start_daemon
	sleep $seconds
	most=$(descriptors)
	stop_daemon || return 1
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	claim "more were open than it was given" "$most" -gt 1000
	claim "every sending left" "$(of_stats .exactness.unsent)" -eq 0
	claim "all the while" "$(of_stats .exactness.sent)" -gt $((seconds * 100))
	claim "none was refused by ourselves" "$(of_stats '.by_outcome["not-sent"] // 0')" -eq 0
	echo "unanswered connects: $(of_stats .exactness.sent) sent, $(of_stats .exactness.unsent) not;" \
		"$most descriptors open where 256 were given"
	return $bad
}

proof $((seconds + 30))
