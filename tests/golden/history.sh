# shellcheck shell=sh disable=SC2154
# Histories for the golden tests; sourced behind golden.sh.

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

# year ISP REFERENCE: one with 200 outages in $dir/year, of a link whose contract is in
# $dir/year.conf
year()
{
	"$LW_BUILD/tests/golden/made_complaint" "$dir/year" || wrong "made_complaint"
	cat >"$dir/year.conf" <<END
data-dir = "$dir/year"
centre mitte {
    name = "Bürohaus Mitte"
    timezone = "Europe/Berlin"
    link fibre {
        interface = "eth1"  isp = "$1"  contract = "fibre-2025"
        capacity-down = 250M  capacity-up = 40M
        ping one { address = "192.0.2.1" }
    }
}
contract fibre-2025 {
    reference = "$2"  availability = "99.5%"  period = month
    currency = EUR  monthly-charge = "450.00"
    credit availability { rule = availability  tiers = "99.9% 5%, 99.5% 10%, 99.0% 20%" }
    commitment down { metric = speed-down  minimum = 125M  normal = 200M  maximum = 250M }
}
END
}

# enter ARGUMENT…: what people know of that year
enter()
{
	"$lw" -c "$dir/year.conf" "$@" >"$dir/out" 2>&1 || wrong "$*: $(cat "$dir/out")"
}
