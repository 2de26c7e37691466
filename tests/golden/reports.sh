#!/bin/sh
# The monthly report and the comparison: of two links of one site, of a year of states, of
# long names, of next to nothing. Pages are as many as promised, no word is outside the
# margins, the headline is there, the files are clean; what must be told apart is, and what
# is alike is not.
. "$(dirname "$0")/golden.sh"
needs pdfinfo pdftotext qpdf jq
. "$(dirname "$0")/history.sh"

# slower: the same history with round trips 30 ms longer, as of another line.
slower()
{
	awk -F, 'BEGIN { OFS = "," } NR > 1 && $6 != "" { $6 += 30 } { print }'
}

# page FILE PAGES HEADLINE: the file is clean, so many pages long and says so, no word lies
# outside the margins, and its first page says what was found.
page()
{
	pdf=$dir/$1.pdf
	qpdf --check "$pdf" >"$dir/out" 2>&1 || wrong "$1: qpdf: $(cat "$dir/out")"
	pages=$(pdfinfo "$pdf" | awk '$1 == "Pages:" { print $2 }')
	[ "$pages" = "$2" ] || wrong "$1: $pages pages, not $2"
	pdftotext -l 1 "$pdf" - | tr '\n' ' ' | tr -s ' ' >"$dir/text"
	grep -qF -- "$3" "$dir/text" || wrong "$1: no \"$3\": $(head -c 400 "$dir/text")"
	grep -qF "Page 1 of $2" "$dir/text" || wrong "$1: not page 1 of $2"
	pdftotext -bbox "$pdf" - | awk '
	/<word / {
		split($0, v, "\"")
		if (v[2] < 47 || v[4] < 30 || v[6] > 548.5 || v[8] > 830)
			print
	}' >"$dir/outside"
	[ ! -s "$dir/outside" ] || wrong "$1: outside the margins: $(head -3 "$dir/outside")"
	pdfinfo "$pdf" | grep -q '^Tagged: *yes' || wrong "$1: not tagged"
	prose "$1"
}

# prose FILE: every number that a comparison or a plan tells is one of the results it carries.
prose()
{
	qpdf --show-attachment=results.json "$dir/$1.pdf" >"$dir/results.json" || wrong "$1: no results"
	jq -e 'has("comparison") or has("migration")' "$dir/results.json" >/dev/null || return
	pdfinfo -struct-text "$dir/$1.pdf" >"$dir/structure"
	"$LW_BUILD/tests/golden/prose" "$dir/results.json" <"$dir/structure" >"$dir/out" ||
		wrong "$1: $(wc -l <"$dir/out") numbers: $(head -3 "$dir/out")"
}

# sees FILE CHANGE…: of each change of its results something in its text is nowhere.
sees()
{
	sees=$1
	shift
	prose "$sees"
	for change; do
		jq "$change" "$dir/results.json" >"$dir/changed.json" || wrong "jq: $change"
		"$LW_BUILD/tests/golden/prose" "$dir/changed.json" <"$dir/structure" >/dev/null &&
			wrong "$sees: not seen: $change"
	done
}

# says FILE TEXT: somewhere in it.
says()
{
	pdftotext "$dir/$1.pdf" - | tr '\n' ' ' | tr -s ' ' | grep -qF -- "$2" ||
		wrong "$1: nowhere \"$2\""
}

# makes FILE ARGUMENT…: a report, without a word.
makes()
{
	name=$1
	shift
	if ! "$lw" "$@" -o "$dir/$name.pdf" >"$dir/out" 2>&1 || [ -s "$dir/out" ]; then
		wrong "$name: $*: $(cat "$dir/out")"
	fi
}

## Two links of a site for 40 days: fibre fails three times, lte on eleven days.
seldom="86400-88200 900000-903600 2000000-2000600"
often=
for day in 1 4 7 10 13 16 19 22 25 28 31; do
	often="$often $((day * 86400 + 30000))-$((day * 86400 + 40000))"
done
history 2 60 3456000 "$seldom" "3000000-3010000" >"$dir/fibre.csv"
history 2 60 3456000 "$often" "3100000-3110000" | slower >"$dir/lte.csv"
take line samples <"$dir/fibre.csv"
take line samples lte <"$dir/lte.csv"
take line samples twin <"$dir/fibre.csv"
cat >"$dir/line.conf" <<END
data-dir = "$dir/line"
centre victoria {
    name = "Victoria Business Centre"
    timezone = "Europe/London"
    link fibre {
        interface = "eth1"  isp = "An ISP"  contract = "fibre-2025"
        ping one { address = "192.0.2.1" }
    }
    link lte {
        interface = "wwan0"  isp = "Another ISP"  contract = "lte-2025"
        ping one { address = "192.0.2.1" }
    }
}
contract fibre-2025 {
    reference = "Order 1"  availability = "99.9%"  period = month
    currency = GBP  monthly-charge = "450.00"
    credit availability { rule = availability  tiers = "99.9% 5%, 99.5% 10%, 99.0% 20%" }
}
contract lte-2025 {
    reference = "Order 2"  availability = "99.0%"  period = month
    currency = GBP  monthly-charge = "60.00"
}
END

makes month -c "$dir/line.conf" report sla --link fibre --from 2025-11 --to 2025-11
page month 2 "Availability missed the 99.9 % agreed"
"$lw" -c "$dir/line.conf" report sla --link fibre --from 2025-11 --to 2025-11 --json \
	>"$dir/month.json" || wrong "sla --json"
jq -e '.schema == "linkwitness/sla-report/1" and .sla.verdicts[0].verdict == "breached"
	and (.trend.verdicts | length) > 1 and .trend.verdicts[-1].down_s == .sla.verdicts[0].down_s
	and (.outages.links[0].outages | length) > 0' "$dir/month.json" >/dev/null ||
	wrong "sla --json: $(jq -c '.trend' "$dir/month.json" | head -c 400)"
says month "Nov 2025"
says month "What is owed"
makes month-all -c "$dir/line.conf" report sla --from 2025-11 --to 2025-11
page month-all 7 "Every link with a target missed it"
says month-all "Victoria Business Centre by any of its links"

makes compare -c "$dir/line.conf" report compare --link fibre --link lte
page compare 3 "fibre is first in everything measured"
says compare "lte"
says compare "seed 20260101"
says compare "5400.00 GBP"
says compare "fibre is first in all 5 measures; lte is first in none. No weights of these measures put another before fibre."
says compare "fibre: half within 12.8 ms, 99 of 100 within "
says compare "2025-11-05. fibre: 59 min 30.0 s down, 120 of 2 880 probes lost."
says compare "114 531 probes"
says compare "Tinted is where a link keeps what its contract agrees: fibre: availability 99.9 %; lte: availability 99 %."
# Nothing is held against a link of the time in which nobody knows how the others did: while
# lte is not measured, from half past an hour on, fibre is slow, loses much, and its names
# take long. What is of its whole period says so.
unlike()
{
	awk -v from="$1" -v to="$2" 'BEGIN { FS = OFS = "," }
	NR == 1 { print; next }
	{
		at = $1 - 1761436800
		slow = at >= from && at < to
		if (slow && $6 != "")
			$6 += 500
		if (slow && NR % 3 == 0) {
			$5 = "lost"
			$6 = ""
		}
		print
		if ($2 == "p0")
			print $1 + 7, "isp-names", "dns", "isp", "reply", slow ? 700 : 9
	}'
}
history 2 60 864000 "86400-88200" "" | unlike 261600 519600 | take fair samples
history 2 60 864000 "86400-88200" "261000-520200" | unlike 0 0 | take fair samples lte
"$lw" --data "$dir/fair" report compare --json >"$dir/fair.json" --link fibre --link lte ||
	wrong "compare --json of unlike times"
jq -e '.links[0].metrics == .links[1].metrics and .links[0].metrics.rtt_p95.point < 0.02
	and .links[0].sent == .links[1].sent and .links[0].lost == .links[1].lost
	and (.links | all(.[]; .round_trips.sent == .sent and .round_trips.lost == .lost
		and .round_trips.p95_s < 0.02 and .round_trips.over == "common"
		and (.facts.isp_names | .over == "common" and .p50_s < 0.01)))
	and .links[0].facts.isp_names.asked == .links[1].facts.isp_names.asked
	and (.links[0].facts | .from < .to) and .links[0].coverage > 0.99
	and .pairs[0].differences.loss.point == 0' "$dir/fair.json" >/dev/null ||
	wrong "compare --json of unlike times: $(jq -c '[.links[] | del(.round_trips.points)]' "$dir/fair.json")"
# Of three each two are compared over their own time, which the third does not shorten.
history 2 60 864000 "86400-88200" "" | unlike 261600 519600 | take fair samples copy
"$lw" --data "$dir/fair" report compare --json >"$dir/fair.json" --link fibre --link lte --link copy ||
	wrong "compare --json of three"
jq -e '.pairs[1].b_link == "copy" and .pairs[1].common_s - .pairs[0].common_s > 259000
	and .pairs[1].hours - .pairs[0].hours == 71
	and .links[0].round_trips.p95_s < 0.02' "$dir/fair.json" >/dev/null ||
	wrong "compare --json of three: $(jq -c '[.pairs[] | del(.differences)]' "$dir/fair.json")"
# Alike is not ranked apart, and nothing hangs on the order.
makes twins --data "$dir/line" report compare --link fibre --link twin
page twins 3 "Nothing measured tells the 2 links apart"
"$lw" --data "$dir/line" report compare --json --link fibre --link lte >"$dir/ab.json" ||
	wrong "compare --json"
"$lw" --data "$dir/line" report compare --json --link lte --link fibre >"$dir/ba.json" ||
	wrong "compare --json, turned round"
jq -e '.schema == "linkwitness/comparison/1" and .test.days >= 40
	and .links[0].metrics.availability.rank_worst == 1
	and .links[1].metrics.rtt_median.rank_best == 2
	and .pairs[0].differences.rtt_median.apart
	and (.pairs[0].differences.rtt_median.point + 0.03 | fabs) < 2e-3
	and .links[0].outages == 3 and .links[1].outages == 11
	and .unweighted == {measures: 5, always_first: "fibre"}
	and ([.links[].round_trips | .points[0].above == 1 and (.points | length) > 20
		and .points[20].rtt_s >= .p50_s and ([.points[].rtt_s] | . == sort)] | all)
	and .links[0].worst_day.down_s > 3000
	and [.links[].firsts] == [5, 0] and .links[0].required.availability == null
	and (.pairs[0].joint.known_s == .test.common_s)' "$dir/ab.json" >/dev/null ||
	wrong "compare --json: $(jq -c '[.test, .links[].metrics, .pairs[].differences]' \
		"$dir/ab.json")"
jq -S '.links' "$dir/ab.json" >"$dir/ab"
jq -S '.links | reverse' "$dir/ba.json" >"$dir/ba"
diff "$dir/ab" "$dir/ba" || wrong "compare: the order of the links changes what is found"

## A year of months from states, one sample, names of 64 letters, days too few.
awk 'BEGIN {
	print "time,state"
	for (m = 1; m <= 12; m++) {
		printf "2025-%02d-01T00:00:00,up\n", m
		printf "2025-%02d-%02dT08:15:00,down\n", m, 3 + m
		printf "2025-%02d-%02dT%02d:00:00.25,up\n", m, 3 + m, 8 + (m * 5) % 7 + 1
	}
	print "2025-12-20T12:00:00,unknown"
	print "2025-12-21T12:00:00,up"
	print "2026-01-01T00:00:00,up"
}' >"$dir/states.csv"
take states states <"$dir/states.csv"
sed "s,$dir/line,$dir/states," "$dir/line.conf" >"$dir/states.conf"
makes year -c "$dir/states.conf" report sla --link fibre --from 2025-01 --to 2026-01
page year 2 "Availability missed the 99.9 % agreed in 12 of 12 periods"
says year "Jan 2025"
# The contract is judged by the month: what the year owes is the sum of the months' credits.
"$lw" -c "$dir/states.conf" report sla --link fibre --from 2025-01 --to 2026-01 --json >"$dir/year.json" ||
	wrong "sla --json of a year"
owed=$(jq '[.sla.verdicts[].readings.point.amount | tonumber] | add' "$dir/year.json")
says year "In all 12 periods $owed.00 GBP is owed by what was measured"
makes december -c "$dir/states.conf" report sla --link fibre --from 2025-12 --to 2025-12
page december 2 "Availability"
says december "Jan 2025"

history 1 1 1 "" "" | take one samples
makes one --data "$dir/one" report sla
page one 2 "outage"
history 2 60 90000 "" "" | take one samples \
	the-longest-name-that-is-taken-x
makes few --data "$dir/one" report compare
page few 2 "Too little to tell the links apart"

printf 'time,state\n2025-01-01T00:00:00Z,unknown\n2025-01-20T00:00:00Z,unknown\n' \
	>"$dir/unknown.csv"
take unknown states <"$dir/unknown.csv"
take unknown states lte <"$dir/unknown.csv"
makes unknown --data "$dir/unknown" report sla --link fibre
page unknown 2 "Nothing is known of this period"
makes unknowns --data "$dir/unknown" report compare
page unknowns 2 "Too little to tell the links apart"
says unknowns "There is no time in which both were measured"

## A move from copper to fibre, made after 35 days side by side, and one still to come.
"$LW_BUILD/tests/golden/made_move" "$dir/move" || wrong "made_move"
move()
{
	makes "$1" --data "$dir/move" report migration --from-link copper --to-link fibre $2
}
move moved "--cut-over 2026-05-10T22:00"
page moved 4 "Moved to fibre, with 6 of 7 criteria passed before: available 99.8"
says moved "2026-03-29"
says moved "T − 6 weeks"
says moved "The lowest scores are from Saturday 18:00, 0.05 on average, for 4 hours"
says moved "93.8 Mbit/s"
says moved "Worst month: 2026-04 downstream, with a 99th percentile of 43.8 Mbit/s"
says moved "Whether the demand grows is not known: 5 weeks were counted, 9 are needed."
move planned
page planned 4 "Not yet: 6 of 7 criteria pass"
pdftotext "$dir/planned.pdf" - | grep -q "Before and after$" &&
	wrong "a plan of a move not made tells of after it"
"$lw" --data "$dir/move" report migration --from-link copper --to-link fibre \
	--cut-over 2026-05-10T22:00 --growth 0% --json >"$dir/move.json" || wrong "migration --json"
jq -e '.schema == "linkwitness/migration/1" and .cut_over == "2026-05-10T20:00:00.000000Z"
	and .growth == 0 and .demand.down.minutes == 50280
	and (.demand.down.required_bps - .demand.down.p99_bps / 0.7 | fabs) < 1
	and [.criteria[] | .verdict] == ["pass", "pass", "pass", "pass", "pass", "pass", "not-measured"]
	and .criteria[0].value == 35 and .criteria[5].have == 838
	and (.baseline | [.months[].minutes] == [36000, 14280] and .worst.down == .months[0]
		and .weeks == 5 and .trend == {down: null, up: null})
	and .window.weekday == "Saturday" and .window.hours == 4 and .window.tickets == 0
	and ([.week[] | .score - .busy * (1 + .trouble) * (1 + .called) | fabs] | max) < 1e-9
	and ([.week[] | select(.trouble > 0.9) | .weekday] == ["Monday", "Thursday", "Friday"])
	and .before.outages == 2 and .after.outages == 0
	and (.before.down_s - 4800 | fabs) < 120
	and .side_by_side.pairs[0].differences.rtt_median.apart
	and .side_by_side.links[1].metrics.rtt_median.point == .criteria[3].value
	and (.side_by_side.links | all(.[]; .round_trips.sent == .sent and .sent < 202000))
	and .last_back == "2026-05-10T23:00:00.000000Z"
	and (.before | .availability_lower < .availability and .availability < .availability_upper
		and .loss_lower < .loss and .loss < .loss_upper)
	and .triggers[0].measure == "dark" and (.steps | length) == 12' \
	"$dir/move.json" >/dev/null || wrong "migration --json: $(jq -c "del(.week, .side_by_side)" "$dir/move.json")"
# The other way round nothing is better, and nothing is known of the demand.
makes back --data "$dir/move" report migration --from-link fibre --to-link copper
page back 3 "Not to copper as it is: 4 of 7 criteria fail"
says back "nothing is known of the demand"

## In other languages, on other paper: as many pages, the data alone in English.
# spoken FILE ARGUMENT…: in German on Letter and in French on A4
spoken()
{
	spoken=$1
	shift
	for language in de fr; do
		paper=a4
		[ $language = fr ] || paper=letter
		makes "$spoken-$language" "$@" --language $language --paper $paper
		pdf=$dir/$spoken-$language.pdf
		size="595 x 842"
		[ $paper = a4 ] || size="612 x 792"
		pdfinfo "$pdf" | grep -q "^Page size: *$size" || wrong "$spoken: not $size"
		qpdf --check "$pdf" >"$dir/out" 2>&1 || wrong "$spoken: qpdf: $(cat "$dir/out")"
		pdftotext "$pdf" - | LC_ALL=C.UTF-8 grep -wE 'the|of|and|with|hours|not|less|than|by|are|each|from|days|outage|down' |
			grep -vE 'linkwitness outages|exchange of a switch' >"$dir/english"
		[ ! -s "$dir/english" ] || wrong "$spoken-$language: English: $(head -n 3 "$dir/english")"
		pdftotext "$pdf" - | grep -E '[0-9]\.[0-9]+ ?(%|ms|s|min|Mbit/s|GBP|EUR)( |$)' >"$dir/english"
		[ ! -s "$dir/english" ] || wrong "$spoken-$language: decimals: $(head -n 3 "$dir/english")"
		prose "$spoken-$language"
	done
}
spoken month -c "$dir/line.conf" report sla --link fibre --from 2025-11 --to 2025-11
spoken month-all -c "$dir/line.conf" report sla --from 2025-11 --to 2025-11
spoken year -c "$dir/states.conf" report sla --link fibre --from 2025-01 --to 2026-01
spoken compare -c "$dir/line.conf" report compare --link fibre --link lte
spoken moved --data "$dir/move" report migration --from-link copper --to-link fibre \
	--cut-over 2026-05-10T22:00
spoken planned --data "$dir/move" report migration --from-link copper --to-link fibre
spoken back --data "$dir/move" report migration --from-link fibre --to-link copper
# Definitions with parameters, names and three links, a demand that is known to grow and
# tickets: each number of theirs, in each language.
"$LW_BUILD/tests/golden/made_move" "$dir/long" 72 || wrong "made_move, long"
"$lw" --data "$dir/long" ticket open INC-7 --link copper --at 2026-05-04T09:12 >"$dir/out" 2>&1 ||
	wrong "ticket: $(cat "$dir/out")"
all()
{
	makes "$@"
	prose "$1"
	spoken "$@"
}
for profile in ses-10-10 mef y1540 rfc2678; do
	all "$profile" -c "$dir/line.conf" report compare --link fibre --link lte --profile $profile
done
all fair --data "$dir/fair" report compare --link fibre --link lte --link copy
all long --data "$dir/long" report migration --from-link copper --to-link fibre \
	--cut-over 2026-06-10T22:00
says long "Downstream the demand grew by"
says long "1 ticket is in it."
says month-de "Die Verfügbarkeit verfehlte die vereinbarten 99,9 %"
says year-de "In allen 12 Zeiträumen zusammen ist nach der Messung geschuldet: 450,00 GBP"
says moved-fr "Passé à fibre, avec 6 critères sur 7 satisfaits avant"

## A number that is changed in the results is nowhere, whatever the language.
for language in "" -de -fr; do
	sees "compare$language" 'del(.comparison.links[1] | .round_trips, .metrics)' \
		'.comparison.pairs[0].differences.loss.point *= 1.5' \
		'.comparison.links[1].cost.year_down_s += 7200' \
		'.comparison.links[1].worst_day.down_s += 60' \
		'.comparison.links[].coverage -= 0.001' \
		'.comparison.test.seed += 1'
	sees "moved$language" '(.migration | .demand.down.required_bps, .loads[4].bps, .criteria[5].threshold, .triggers[3].threshold) *= 1.1' \
		'del(.migration.baseline.months[].up, .migration.demand.up)' \
		'(.migration | .criteria[1].lower, .side_by_side.links[1].metrics.availability.lower) -= 0.001' \
		'.migration.before.loss_upper *= 1.5' \
		'.migration.triggers[].for_s += 77' \
		'.migration.steps[0].at = "2026-04-01T20:00:00.000000Z"' \
		'.migration.loads[].above_50 |= (. // 0) + 0.013'
	sees "long$language" '(.migration.baseline.months[], .migration.demand) |= del(.up)'
	sees "mef$language" '.comparison.test.profile_params.flr_threshold = 0.4'
	sees "fair$language" '.comparison.links[].facts.isp_names.p50_s += 0.1'
done

## What is refused is refused in a line.
refused()
{
	what=$1
	shift
	"$lw" --data "$dir/line" report "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	[ $status = 2 ] || wrong "$what: exit code $status"
	[ "$(wc -l <"$dir/err")" = 1 ] || wrong "$what: $(cat "$dir/err")"
}
refused "one link" compare --link fibre --json
refused "nowhere to" compare --link fibre --link lte
refused "a ticket's clock" compare --profile ticket --json
refused "nowhere to" sla
refused "a move to itself" migration --from-link fibre --to-link fibre --json
refused "a move to nowhere" migration --from-link fibre --json
refused "no time" migration --from-link fibre --to-link lte --cut-over soon --json
refused "no growth" migration --from-link fibre --to-link lte --growth much --json
refused "a move of links" migration --from-link fibre --to-link lte --link lte --json
refused "no language" sla --language tlh -o "$dir/x.pdf"
refused "no paper" compare --paper a3 -o "$dir/x.pdf"
refused "a letter of it" migration --from-link fibre --to-link lte --letter "$dir/l.pdf" -o "$dir/x.pdf"
refused "growth of a comparison" compare --growth 5% --json
refused "a workbook of it" sla --xlsx "$dir/x.xlsx" -o "$dir/x.pdf"

[ $failed = 0 ]
