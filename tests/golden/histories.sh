#!/bin/bash
# Histories that others kept, imported and judged: what their data's description measured by
# hand must come out. Needs ../shared/data; prints what is broken, then "N hold, N broken".
set -u
. "$(dirname "$0")/golden.sh"
shared=${LW_SHARED:-$LW_TOP/../shared}/data

if [ ! -d "$shared/smokeping-satriyop" ]; then
	echo "skipped: there is no ../shared/data beside this clone"
	exit 77
fi

# fact WHAT COMMAND…: holds where the command succeeds.
fact() {
	local what=$1
	shift
	if "$@" >/dev/null 2>&1; then
		held
	else
		wrong "$what"
	fi
}

# import DIRECTORY FORMAT FILE… [-- OPTION…]
import() {
	local data=$dir/$1 format=$2 files=() log=$dir/$1.log
	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		files+=("$1")
		shift
	done
	[ $# -gt 0 ] && shift
	"$lw" --data "$data" import "$format" --centre c --link l "$@" "${files[@]}" \
		>"$log" 2>&1
}

# json DIRECTORY FILTER [OPTION…]: true where the filter says true of the link's outages.
json() {
	local data=$dir/$1 filter=$2
	shift 2
	"$lw" --data "$data" outages --json "$@" | jq -e "
		def s: sub(\"\\\\.[0-9]+Z\$\"; \"Z\") | fromdateiso8601;
		def near(\$a; \$b; \$t): (\$a - \$b | fabs) <= \$t;
		def len: (.end | s) - (.start | s);
		.links[0] | $filter"
}

# said DIRECTORY TEXT: the import said so.
said() {
	grep -qF -- "$2" "$dir/$1.log"
}

# csv DIRECTORY AWK: the program's exit status over the samples, as journal dump gives them.
csv() {
	"$lw" --data "$dir/$1" journal dump --csv | awk -F, "$2"
}

# ---- SmokePing

rrd=$shared/smokeping-satriyop/rrd
for name in FW_NFW18_1 FW_NFW18_2_198 FW_NCFW20_0; do
	fact "$name is imported" import "$name" smokeping "$rrd/$name.rrd"
done
at() { date -u -d "$1" +%s; }
fact "FW_NFW18_2_198: one outage in all, none that is uncertain" \
	json FW_NFW18_2_198 '(.outages | length) == 1 and (.micro_outages | length) == 0'
fact "it began 2021-01-29 19:00Z, within its bound" json FW_NFW18_2_198 \
	".outages[0] | near(.start | s; $(at 2021-01-29T19:00Z); .start_bound_s + 1)"
fact "it ended 2021-02-06 15:00Z, within its bound" json FW_NFW18_2_198 \
	".outages[0] | near(.end | s; $(at 2021-02-06T15:00Z); .end_bound_s + 1)"
fact "it lasted 188 h, between its bounds" json FW_NFW18_2_198 \
	'.outages[0] | .duration_min_s <= 188 * 3600 + 16 and .duration_max_s >= 188 * 3600 - 16'
fact "all its samples are lost: 188 rows of 240" csv FW_NFW18_2_198 \
	'$1 > "2021-01-29T19" && $1 < "2021-02-06T15" { n++; lost += $8 == "lost" }
	END { exit !(n == 188 * 240 && lost == n) }'
fact "FW_NCFW20_0: never dark" \
	json FW_NCFW20_0 '(.outages | length) == 0 and (.micro_outages | length) == 0 and .down_s == 0'
fact "FW_NCFW20_0: degraded by loss" \
	json FW_NCFW20_0 '[.degradations[] | select(.kind == "loss")] | length > 0'
# 705 of 1,006 rows have loss; 531 of them half a ping or more
fact "FW_NCFW20_0: 531 rows of 5 minutes have a lost ping" csv FW_NCFW20_0 \
	'$1 > "2021-04-20T02:55" && $8 == "lost" { t = substr($1, 1, 15); m = int(substr($1, 16, 1) / 5)
		if (!((t m) in seen)) n++; seen[t m] = 1 } END { exit n != 531 }'
fact "FW_NFW18_1: two rows of 20 samples, none lost" \
	csv FW_NFW18_1 'NR > 1 { n++; lost += $8 == "lost" } END { exit !(n == 40 && !lost) }'
fact "FW_NFW18_1: no outage, nothing down" \
	json FW_NFW18_1 '(.outages | length) == 0 and .down_s == 0'
fact "FW_NFW18_1: but for 10 minutes the day is unknown" json FW_NFW18_1 \
	'(.down_s == 0) and (.coverage < 0.008)' --from 2021-01-29T00:00:00Z --to 2021-01-30T00:00:00Z
fact "an RRD that is not SmokePing's is refused" \
	bash -c "! '$lw' --data '$dir/no' import smokeping --centre c --link l '$shared/rrd-10s/ping.rrd'"

# ---- netmon

fact "netmon is imported" import netmon netmon "$shared"/netmon-session-a/*.csv
fact "444 NUL bytes before the row of 10:48:00 are passed over, and those elsewhere" \
	said netmon "NUL bytes before rows were passed over"
fact "no bad row" bash -c "! grep -q 'bad row' '$dir/netmon.log'"
service='[.degradations[] | select(.kind == "service" and (.start | s) < 1781635000)]'
fact "one service outage on 2026-06-16" json netmon "$service | length == 1"
fact "it began 17:22:17 +02:00" \
	json netmon "$service | near(.[0].start | s; $(at 2026-06-16T15:22:17Z); 31)"
fact "it ended by 19:00:18 +02:00, where the monitor was stopped" \
	json netmon "$service | near(.[-1].end | s; $(at 2026-06-16T17:00:18Z); 31)"
fact "no outage while ICMP answered" json netmon "
	[.outages[], .micro_outages[] | select((.start | s) < $(at 2026-06-16T17:00:18Z))] | length == 0"
fact "6,442 answers and 5 losses to ICMP in that time" csv netmon '
	$1 >= "2026-06-16T15:22:17" && $1 <= "2026-06-16T17:00:18" && $6 == "ping" {
		ok += $8 == "reply"; lost += $8 == "lost" } END { exit !(ok == 6442 && lost == 5) }'
for gap in "9939 2026-06-16T17:00:17Z" "2518 2026-06-17T08:06:02Z"; do
	read -r length start <<<"$gap"
	fact "a hole of $length s is unknown" json netmon "
		[.unknown[] | select(near(.start | s; $(at "$start"); 8) and near(len; $length; 8))]
		| length == 1"
	fact "and nothing in it is down" json netmon "
		[.outages[] | select((.start | s) < $(at "$start") + $length - 1
			and (.end | s) > $(at "$start"))] | length == 0"
done
fact "no local outage while only the gateway is silent (158 rounds)" json netmon "
	[(.outages[], .micro_outages[] | select((.start | s) > $(at 2026-06-17T08:48:30Z))),
	(.unknown[] | select(.reason == \"local-fault\"))] | length == 0"
fact "and that is what happened: the gateway never answers, the Internet does" csv netmon '
	$1 >= "2026-06-17T08:48:30" && $5 == "gateway" { g++; answered += $8 == "reply" }
	$1 >= "2026-06-17T08:48:30" && $5 == "google" { i += $8 == "reply" }
	END { exit !(g > 140 && !answered && i > 140) }'

# ---- what is sent to an ISP of them

if command -v mutool >/dev/null && command -v gs >/dev/null; then
	for name in FW_NFW18_2_198 FW_NCFW20_0 FW_NFW18_1 netmon; do
		fact "$name has a dossier" "$lw" --data "$dir/$name" report dossier -o "$dir/$name.pdf"
		fact "which other readers can read, and whose numbers are its results'" \
			env LW_BUILD="$(dirname "$lw")" sh "$LW_TOP/tests/golden/holds.sh" "$dir/$name.pdf" 595 842
	done
else
	echo "skipped: dossiers of these histories, no mutool or gs"
fi

fact "15 tests of throughput and 3 that came to nothing; fetching a page is none" bash -c "
	'$lw' --data '$dir/netmon' report dossier --json | jq -e '.evidence[0].throughput.down |
		.tests == 15 and .unsaid == 3'"

# ---- connection-monitor

log=$shared/connection-monitor/connection_log.csv
fact "connection-monitor is imported" import monitor connection-monitor "$log"
fact "every row is" csv monitor '$5 == "tcp" { n++ } END { exit n != 26074 }'
fact "two outages, the short one not certain" \
	json monitor '(.outages | length) == 1 and (.micro_outages | length) == 1'
fact "one began 2025-04-03 14:19:48Z or in the check before, and ended in the next" \
	json monitor ".micro_outages[0] | (.start | s) + .start_bound_s >= $(at 2025-04-03T14:19:41Z)
		and (.start | s) - .start_bound_s <= $(at 2025-04-03T14:19:48Z)
		and near(.end | s; $(at 2025-04-03T14:19:54Z); 4)"
fact "the other from 19:03:35Z to 19:05:17Z" json monitor ".outages[0] |
	near(.start | s; $(at 2025-04-03T19:03:35Z); .start_bound_s + 1) and
	near(.end | s; $(at 2025-04-03T19:05:17Z); .end_bound_s + 1)"
fact "one hole of 1,098 s, unknown" \
	json monitor '(.unknown | length) == 1 and near(.unknown[0] | len; 1098; 3)'
fact "HTTP blank while ICMP answers is no outage" csv monitor '
	$5 == "web" && $8 == "lost" { n++ } END { exit n != 415 }'

# ---- the others

fact "speedtest: 23,654 tests" import speed speedtest "$shared/speedtest-telstra/speedtests.csv" \
	-- --timezone Australia/Brisbane
fact "one failed with a ping of 1800000" \
	csv speed '$5 == "ping" { n++; lost += $8 == "lost" } END { exit !(n == 23654 && lost == 1) }'
# two gaps of 1.5 h with one test between them are one stretch of 3 h
fact "25 gaps over 2 h, the longest 351.5 h, and one of 2 x 1.5 h are unknown" json speed '
	[.unknown[] | len | select(. > 7260)] | length == 26 and near(max / 3600; 351.5; 0.1)'
fact "in them nothing is down" json speed '.down_s == 0'
fact "speedtest-cli's log with its own failures left out" \
	import cli speedtest "$shared/speedtest-other/speedtest-amadeuspzs/speedtest.csv"
fact "speedtest --simple" import simple speedtest \
	"$shared/speedtest-other/speedtest-d4ndo-unitymedia/speedtest.log" -- --timezone Europe/Berlin
fact "amionline" import amionline speedtest \
	"$shared/speedtest-other/ping-amionline/amionline.ping.log" -- --timezone Europe/Stockholm
fact "amionline: 3 of 177 failed" \
	csv amionline 'NR > 1 { n++; lost += $8 == "lost" } END { exit !(n == 177 && lost == 3) }'
fact "pingplotter" import plot pingplotter "$shared/pingplotter/www.google.com_example.csv"
fact "pingplotter: 1,886 samples of the target, one of them twice" \
	csv plot '$5 == "www-google-com" { n++ } END { exit n != 1885 }'
if command -v xzcat >/dev/null; then
	{ echo 2018-03-01T00:00:00Z && xzcat "$shared/ping-iputils/newping.log.xz"; } >"$dir/series.txt"
	fact "ping: a time above, 112 series on it" import ping ping "$dir/series.txt"
	fact "ping: 13,440 sent, 224 lost, as the summaries say" \
		csv ping 'NR > 1 { n++; lost += $8 == "lost" } END { exit !(n == 13440 && lost == 224) }'
else
	echo "skipped: two facts of ping, no xzcat"
fi
fact "ping without any time is refused" \
	bash -c "! '$lw' --data '$dir/no' import ping --centre c --link l '$shared/ping-iputils/newping-head.log'"
for kind in ping dns traceroute; do
	results=$shared/ripe-atlas/sagan-results/$kind.jsonl
	for probe in $(jq -r .prb_id "$results" | sort -un); do
		jq -c "select(.prb_id == $probe)" "$results" >"$dir/atlas.jsonl"
		rm -rf "$dir/atlas"
		fact "atlas: $kind of probe $probe" import atlas atlas "$dir/atlas.jsonl" -- --strict
	done
done

judged
