# shellcheck shell=sh disable=SC2154
# Histories for the golden outputs and the contract; sourced, with $lw and $dir set.
failed=0

wrong()
{
	failed=$((failed + 1))
	echo "FAILED: $*"
}

# history PROBES EVERY SECONDS "FROM-TO …" "FROM-TO …": what is dark, what was not measured,
# in seconds from 2025-10-26T00:00Z, when London has an hour twice.
history()
{
	awk -v probes="$1" -v every="$2" -v seconds="$3" -v dark="$4" -v hole="$5" '
	function within(list, at,    n, i, v, edge) {
		n = split(list, v, " ")
		for (i = 1; i <= n; i++) {
			split(v[i], edge, "-")
			if (at >= edge[1] && at < edge[2])
				return 1
		}
		return 0
	}
	BEGIN {
		print "time,probe,kind,role,outcome,rtt_ms"
		for (t = 0; t < seconds; t += every)
			for (p = 0; p < probes; p++) {
				at = t + p * every / probes
				if (within(hole, at))
					continue
				lost = within(dark, at)
				printf "%d.%06d,p%d,%s,internet,%s,%s\n", 1761436800 + int(at),
				    (at - int(at)) * 1000000 + (t * 7919) % 1000, p,
				    p % 2 ? "tcp" : "ping", lost ? "lost" : "reply",
				    lost ? "" : 12 + (t * 31) % 17 / 10
			}
	}'
}

# take DATA FORMAT: import what comes on standard input.
take()
{
	if ! "$lw" --data "$dir/$1" import "$2" --centre victoria --link "${3:-fibre}" \
		--timezone Europe/London - >"$dir/out" 2>"$dir/err"; then
		wrong "$1: import: $(cat "$dir/err")"
	fi
}

