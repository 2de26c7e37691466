#!/bin/sh
# What quickstart shows: demo.sh DIR, in namespaces of its own. Two links are measured for
# 65 s; for 18 s of them the access line of one is dark. Truth and measurement are compared
# and the dossier is made. Exits 0 if the outage was found inside its printed bounds.
set -u
LAB_DIR=$1
here=$(cd "$(dirname "$0")" && pwd)
LAB_RELAY=$LW_BUILD/tests/lab/wan
LAB_NAME_A=fibre LAB_NAME_B=cable
. "$here/lab.sh"
. "$here/centre.sh"
length=65 dark=20 for=18
pdf=$LAB_DIR/dossier.pdf # as the machine sees it

say() {
	printf '  %-11s%s\n' "$1" "$2"
}

tell() { # a line of the live part
	printf '  %s   %s\n' "$(date -u +%H:%M:%S)" "$1"
}

until_s() { # seconds since the start
	sleep "$(awk -v t0="$t0" -v at="$1" -v now="$(date +%s.%N)" \
		'BEGIN { s = t0 + at - now; printf "%.3f", (s > 0 ? s : 0) }')"
}

# What the watch says, as it says it.
follow() {
	tail -n +1 -s 0.2 -F "$LAB_DIR/data/events.jsonl" 2>/dev/null |
		jq --unbuffered -r '
		def hm: .[11:19];
		if .event == "suspected" then
			"\(.time | hm)   watch: \(.link) (\(.isp)) suspected down: \(.networks_failing) of \(.networks_total) networks silent since \(.since // .time | hm)"
		elif .event == "confirmed" then
			"\(.time | hm)   watch: \(.link) OUTAGE confirmed: began \(.outage.start | hm), whose: \(.outage.attribution)"
		elif .event == "over" then
			"\(.time | hm)   watch: \(.link) outage over, \(.outage.start | hm) to \(.outage.end | hm), \(.outage.duration_s * 10 | round / 10) s"
		else "\(.time | hm)   watch: \(.link) \(.event)" end | "  " + .'
}

# The links as `status` has them, with the median round trip to the Internet.
links_tell() {
	"$LW_BUILD/linkwitness" -c "$LAB_DIR/linkwitness.conf" status --json \
		2>>"$LAB_DIR/status.err" | jq -r '
		[.links[] | ([.samples[] | select(.role == "internet" and .outcome == "reply") | .rtt_s]
			| sort | .[length / 2 | floor]) as $rtt
		| "\(.link) \(.state)" + (if .state == "up" and $rtt
			then " \($rtt * 1000 | round) ms" else "" end)] | join("    ")'
}

: >"$LAB_DIR/probes"
cat >"$LAB_DIR/schedule" <<-END
	seed 2026
	access-a delay 4ms
	access-a jitter 1ms
	core-a delay 1ms
	upstream-a delay 3ms
	access-b delay 9ms
	access-b jitter 3ms
	access-b up loss 0.2%
	core-b delay 1ms
	upstream-b delay 6ms
	access-a blackout at ${dark}s for ${for}s
END
lab_up
centre_config a b >"$LAB_DIR/linkwitness.conf"
lab_wan "$LAB_DIR/schedule" "$LAB_DIR/truth" $((length + 15))
lab_warm
say network "a centre with two links, two ISPs, an Internet: 8 namespaces, real packets"
say '' "fibre (North Net) 18 ms, cable (South Net) 35 ms; nothing leaves this machine"
say rule "$("$LW_BUILD/linkwitness" -c "$LAB_DIR/linkwitness.conf" check-config 2>/dev/null |
	grep -i -m 1 'certain' | sed 's/^ *//')"
say measuring "$length s; at $dark s the fibre's access line goes dark for $for s"
echo
centre_watch=
centre_daemon "$length"
kill -USR1 "$LAB_WAN"
t0=$(date +%s.%N)
follow &
for s in 11 17; do
	until_s $s
	tell "$(links_tell)"
done
until_s $dark
tell "(the relay drops every packet on the fibre's access line)"
until_s $((dark + 9))
tell "$(links_tell)"
until_s $((dark + for))
tell "(the relay lets packets pass again)"
until_s $((dark + for + 5))
tell "$(links_tell)"
status=$(centre_wait)
[ "$status" = 0 ] || { cat "$LAB_DIR/daemon.err" >&2; exit 1; }
kill -TERM "$LAB_WAN"
wait "$LAB_WAN"
echo
"$LW_BUILD/linkwitness" -c "$LAB_DIR/linkwitness.conf" outages --json \
	>"$LAB_DIR/outages.json" || exit 1
"$LW_BUILD/linkwitness" -c "$LAB_DIR/linkwitness.conf" report dossier --link fibre \
	--from "$(date -u -d "@${t0%.*}" +%FT%TZ)" --to now -o "$LAB_DIR/dossier.pdf" >"$LAB_DIR/report.out" 2>&1 || { cat "$LAB_DIR/report.out" >&2; exit 1; }
jq -nr --slurpfile found "$LAB_DIR/outages.json" --slurpfile truth "$LAB_DIR/truth" \
	-f "$here/demo.jq" >"$LAB_DIR/comparison"
sed '/^FAILED$/d' "$LAB_DIR/comparison"
echo
say dossier "$pdf"
! grep -q '^FAILED$' "$LAB_DIR/comparison"
