#!/bin/sh
# The tables of a report: RFC 4180 line for line, the same cells as results.json inside of the
# document, their sums its totals; the same bytes wherever and whenever; what is left out of
# the document is left out of them; no cell is a formula; the manifest knows each.
. "$(dirname "$0")/golden.sh"
needs jq pdfdetach iconv
. "$(dirname "$0")/history.sh"

holds()
{
	if [ "$2" = "$3" ]; then
		held
	else
		wrong "$1: \"$2\" is not \"$3\""
	fi
}

# records TABLE: a record each, its cells parted by 0x1F, as RFC 4180 has them; what is no
# such file is told, and its header's number of cells each record must have.
records()
{
	LC_ALL=C awk -v name="$1" '
	function wrong(what) { print name ": " what; exit }
	function done() {
		if (wanted == 0) wanted = cells
		if (cells != wanted) wrong(cells " cells, not " wanted)
		print line
		line = ""; cells = 1; state = "begin"
	}
	BEGIN { state = "begin"; cells = 1 }
	state != "quoted" && !/\r$/ { wrong("a line without a return") }
	state == "begin" && !/"/ { # nearly all are so
		sub(/\r$/, "")
		if (/\r/) wrong("a lone return")
		cells = gsub(/,/, "\037") + 1
		line = $0
		done()
		next
	}
	{
		n = length($0)
		for (i = 1; i <= n; i++) {
			c = substr($0, i, 1)
			if (state == "quoted") {
				if (c == "\"") state = "quote"
				else line = line c
			} else if (c == "\"") {
				if (state == "quote") line = line c
				else if (state != "begin") wrong("a quote within a cell")
				state = "quoted"
			} else if (c == ",") {
				line = line "\037"; cells++; state = "begin"
			} else if (c == "\r") {
				if (i < n) wrong("a lone return")
			} else {
				if (state == "quote") wrong("text behind a quote")
				state = "plain"
				line = line c
			}
		}
		if (state == "quoted") line = line " "
		else done()
	}' "$1"
}

# column TABLE COLUMN [WHERE VALUE]…: the cells of one, of the rows in which others are so
column()
{
	file=$1
	shift
	records "$tables/$file.csv" | LC_ALL=C awk -F'\037' -v want="$*" '
	NR == 1 {
		n = split(want, w, " ")
		for (i = 1; i <= NF; i++) at[$i] = i
		for (i = 1; i <= n; i += i == 1 ? 1 : 2)
			if (!(w[i] in at)) { print "no column " w[i]; exit }
		next
	}
	{
		for (i = 2; i <= n; i += 2)
			if ($at[w[i]] != w[i + 1]) next
		print $at[w[1]]
	}'
}

# total: of what comes, in millionths
total()
{
	awk '{ sum += $1 } END { printf "%.0f\n", sum * 1e6 }'
}

# result EXPRESSION: from results.json; a number in millionths
result()
{
	jq -r "($1) | if type == \"number\" then . * 1e6 | round else . end" "$dir/results/results.json"
}

# report NAME CONFIGURATION ARGUMENT…: the document, its tables in NAME.csv.d, its results
report()
{
	name=$1
	conf=$2
	shift 2
	tables=$dir/$name.csv.d
	rm -rf "$tables" "$dir/results"
	mkdir "$dir/results"
	if ! "$lw" -c "$conf" report "$@" -o "$dir/$name.pdf" --csv "$tables" >"$dir/out" 2>&1 ||
		[ -s "$dir/out" ]; then
		wrong "$name: $(cat "$dir/out")"
	fi
	pdfdetach -saveall -o "$dir/results" "$dir/$name.pdf" 2>/dev/null
	for file in "$tables"/*.csv; do
		iconv -f UTF-8 -t UTF-8 "$file" >/dev/null 2>&1 || wrong "$file: no UTF-8"
		records "$file" >"$dir/records"
		! grep -q "^$file: " "$dir/records" || wrong "$(grep "^$file: " "$dir/records")"
		base=${file##*/}
		[ "$base" = tables.csv ] ||
			holds "$name: rows of $base" "$(column tables rows file "$base")" \
				"$(($(wc -l <"$dir/records") - 1))"
	done
	holds "$name: parts" "$(jq '[.parts[] | select(.kind == "table" and .media_type == "text/csv")] | length' \
		"$dir/$name.manifest.json")" "$(find "$tables" -name '*.csv' | wc -l)"
	"$lw" verify "$dir/$name.pdf" >"$dir/out" 2>&1 || wrong "$name: verify: $(cat "$dir/out")"
}

## A dossier of a year, with all there can be of it.
year '=1+1, \"Altnetz\"' '@Order 1'
enter ticket open INC-1 --link fibre --at 2025-03-04T12:30
enter ticket close INC-1 --at 2025-03-04T15:30
enter exclude add --link fibre --from 2025-05-10T00:00 --to 2025-05-10T06:00 \
	--reason "maintenance: exchange of a switch"
enter note add --link fibre "+49 30 1234: they will call back" --at 2025-04-01T10:00
report dossier "$dir/year.conf" dossier --link fibre --from 2025-01 --to 2026-01

holds "outages" "$(column outages id class outage | wc -l)" \
	"$(jq '.outages.links[0].outages | length' "$dir/results/results.json")"
holds "downtime" "$(column outages down_s class outage counted true | total)" \
	"$(result '.outages.links[0].down_s')"
holds "summary" "$(column summary down_s | total)" "$(result '.outages.links[0].down_s')"
holds "degradations" "$(column degradations sent | total)" \
	"$(result '[.outages.links[0].degradations[].sent] | add')"
holds "packets sent" "$(column hours sent | total)" "$(result '.outages.links[0].loss.sent')"
holds "packets lost" "$(column latency lost | total)" "$(result '[.curves[0].buckets[][3]] | add')"
for class in up down excluded unknown; do
	holds "$class time" "$(column periods ${class}_s | total)" \
		"$(result "[.sla.verdicts[].${class}_s] | add")"
done
holds "intervals" "$(column intervals class class down | wc -l)" \
	"$(jq '[.sla.verdicts[].intervals[] | select(.class == "down")] | length' "$dir/results/results.json")"
holds "credit" "$(column credits amount reading point | total)" \
	"$(result '[.sla.verdicts[].readings.point.amount | tonumber] | add')"
holds "what is owed" "$(column owed money reading point | total)" \
	"$(result '.evidence[0].owed.point.money')"
holds "months" "$(column months minutes | total)" "$(result '[.evidence[0].months[].minutes] | add')"
holds "excluded" "$(column months-excluded excluded_s | total)" \
	"$(result '.evidence[0].months_total.excluded_s')"
holds "percentiles" "$(column percentiles value_s crowd busy q 0.95 | total)" \
	"$(result '.evidence[0].round_trips.busy.quantiles[2].value_s')"
holds "tests" "$(column throughput bps direction down outcome reply | wc -l)" \
	"$(jq '[.outages.links[0].throughput.tests[] | select(.direction == "down" and .outcome == "reply")]
		| length' "$dir/results/results.json")"
holds "tests by hour" "$(column throughput-hours tests direction up | total)" \
	"$(result '.evidence[0].throughput.up.tests')"
holds "queries" "$(column dns asked | total)" "$(result '[.evidence[0].names.servers[].asked] | add')"
holds "days" "$(column days measured_s | total)" \
	"$(result '[.evidence[0].quality.days[].measured_s] | add')"
holds "samples" "$(column samples rtt_s | wc -l)" \
	"$(jq '[.curves[].closeups[].samples] | add' "$dir/results/results.json")"
for crowd in all busy quiet; do
	holds "spread, $crowd" "$(column distribution answered crowd $crowd | total)" \
		"$(result ".evidence[0].round_trips.$crowd.answered")"
done
holds "files of packets" "$(column packets sha256 | wc -l)" \
	"$(jq '.evidence[0].packets | length' "$dir/results/results.json")"
holds "tally" "$(column tally voters_lost | total)" "$(result '.evidence[0].tally.voters_lost')"
holds "a ticket" "$(column contacts reference)" "INC-1"
holds "no formula: ISP" "$(column summary isp)" "'=1+1, \"Altnetz\""
holds "no formula: contract" "$(column summary reference)" "'@Order 1"
holds "no formula: note" "$(column records said kind note)" "'+49 30 1234: they will call back"
! grep -hE '(^|,)"?[=+@]' "$tables"/*.csv || wrong "a cell is a formula"

## The same bytes elsewhere; a byte changed is found.
(cd "$dir" && TZ=Asia/Tokyo LC_ALL=C "$lw" -c year.conf report dossier --link fibre --from 2025-01 \
	--to 2026-01 --csv again) >"$dir/out" 2>&1 || wrong "again: $(cat "$dir/out")"
diff -r "$tables" "$dir/again" >"$dir/out" || wrong "other bytes: $(head -n 3 "$dir/out")"
sed -i 's/fibre/fibrE/' "$tables/outages.csv"
if "$lw" verify "$dir/dossier.pdf" >"$dir/out" 2>&1 || ! grep -q '^FAILS.*outages.csv' "$dir/out"; then
	wrong "a changed table is not found: $(cat "$dir/out")"
fi

## What is left out.
report redacted "$dir/year.conf" dossier --link fibre --from 2025-01 --to 2026-01 \
	--redact names,addresses,hops
! grep -lE 'Bürohaus|192\.0\.2\.1|198\.51\.100|30 1234' "$tables"/*.csv || wrong "it is there though left out"

## The other documents.
"$LW_BUILD/tests/golden/made_move" "$dir/move" || wrong "made_move"
printf 'data-dir = "%s/move"\ncentre c { timezone = "Europe/Berlin" link l { interface = "lo" } }\n' \
	"$dir" >"$dir/move.conf"
report move "$dir/move.conf" migration --from-link copper --to-link fibre --cut-over 2026-05-10T22:00
holds "criteria" "$(column criteria have | total)" "$(result '[.migration.criteria[].have] | add')"
holds "the busiest minute" "$(column demand most_bps direction down | total)" \
	"$(result '.migration.demand.down.most_bps')"
holds "the week" "$(column week minutes | total)" "$(result '[.migration.week[].minutes] | add')"
holds "months" "$(column demand-months minutes | total)" \
	"$(result '[.migration.baseline.months[].minutes] | add')"
holds "a week's hours" "$(column week hour | wc -l)" 168
holds "loads" "$(column loads above_50 | total)" \
	"$(result '[.migration.loads[].above_50 | numbers] | add')"
holds "sides" "$(column sides down_s side before | total)" "$(result '.migration.before.down_s')"
holds "steps" "$(column steps who | wc -l)" 12

report compare "$dir/move.conf" compare --link copper --link fibre
holds "links" "$(column compared down_s | total)" "$(result '[.comparison.links[].down_s] | add')"
holds "a difference" "$(column differences point metric rtt_median a copper b fibre | total)" \
	"$(result '.comparison.pairs[0].differences.rtt_median.point')"
holds "worst days" "$(column worst-days down_s | total)" \
	"$(result '[.comparison.links[].worst_day.down_s] | add')"
holds "facts" "$(column facts hops link copper) $(column facts hops link fibre)" "9 6"
holds "the ISP's hop" "$(result '.comparison.links[1].facts | [.isp_hop, .reached, .networks] | tostring')" \
	"[2,true,2]"
holds "tails" "$(column tails rtt_s link fibre | total)" \
	"$(result '[.comparison.links[1].round_trips.points[].rtt_s] | add')"
holds "both down" "$(column joint both_down_s | total)" "$(result '.comparison.pairs[0].joint.both_down_s')"
holds "a fair test" "$(column test days)" "$(jq .comparison.test.days "$dir/results/results.json")"
holds "ranks" "$(column ranks rank_worst link fibre metric rtt_median)" 1

report sla "$dir/year.conf" sla --link fibre --from 2025-03 --to 2025-03
holds "the trend" "$(column trend down_s | total)" "$(result '[.trend.verdicts[].down_s] | add')"
holds "gaps of the month" "$(column gaps gaps | wc -l)" \
	"$(jq '.evidence[0].quality.gaps | length' "$dir/results/results.json")"
holds "days of the month" "$(column days start | wc -l)" 31
holds "the month" "$(column periods down_s | total)" "$(result '.sla.verdicts[0].down_s')"

## What cannot be written.
refused()
{
	want=$1
	shift
	"$lw" -c "$dir/year.conf" report "$@" >"$dir/out" 2>"$dir/err"
	holds "$*: exit code" $? "$want"
	holds "$*: one line" "$(wc -l <"$dir/err")" 1
}
: >"$dir/file"
refused 1 sla --link fibre --csv "$dir/file"
grep -q "^linkwitness: $dir/file/summary.csv: Not a directory$" "$dir/err" || wrong "$(cat "$dir/err")"
refused 1 sla --link fibre --csv "$dir/none/there"
refused 2 sla --link fibre --csv ""
refused 2 sla --link fibre --csv
"$lw" --data "$dir/year" outages --csv --from 2025-03 --to 2025-03 >"$dir/out" 2>&1 ||
	wrong "outages --csv: $(cat "$dir/out")"
holds "outages to standard output" "$(head -c 12 "$dir/out")" "centre,link,"

judged
