#!/bin/sh
# The dossier of a year with 200 outages, from a journal: on A4 and on Letter no word is
# outside the margins, page x of N is true, the headlines say what the results say, totals
# equal their lists; the letter is one page and asks for what is owed.
. "$(dirname "$0")/golden.sh"
needs pdfinfo pdffonts pdftotext qpdf jq mutool gs
. "$(dirname "$0")/history.sh"

year "Altnetz GmbH" "Order 1, Schedule 3"
enter ticket open INC-1 --link fibre --at 2025-03-04T12:30
enter ticket ack INC-1 --at 2025-03-04T13:10
enter ticket update INC-1 --at 2025-03-04T14:00 --said "a technician will visit"
enter ticket close INC-1 --at 2025-03-04T15:30
enter exclude add --link fibre --from 2025-05-10T00:00 --to 2025-05-10T06:00 \
	--reason "maintenance: exchange of a switch"
enter note add --link fibre "the socket was measured: without fault" --at 2025-04-01T10:00

# geometry FILE WIDTH HEIGHT: what readers of PDF that are not ours find wrong with it.
geometry()
{
	LW_BUILD=$LW_BUILD sh "$LW_TOP/tests/golden/holds.sh" "$dir/$1.pdf" "$2" "$3" >"$dir/out" ||
		wrong "$1: $(cat "$dir/out")"
	pages=$(pdfinfo "$dir/$1.pdf" | awk '$1 == "Pages:" { print $2 }')
}

report()
{
	name=$1
	shift
	"$lw" -c "$dir/year.conf" report dossier --link fibre --from 2025-01 --to 2026-01 \
		-o "$dir/$name.pdf" "$@" >"$dir/$name.json" 2>"$dir/err" ||
		wrong "$name: $(cat "$dir/err")"
}
report a4 --json --letter "$dir/letter.pdf"
report us --paper letter
report de --paper letter --language de
report fr --paper letter --language fr
geometry a4 595 842
geometry us 612 792
geometry de 612 792
geometry fr 612 792
geometry letter 595 842
[ "$(pdfinfo "$dir/letter.pdf" | awk '$1 == "Pages:" { print $2 }')" = 1 ] ||
	wrong "the letter is not one page"

# What readers make of narrow spaces differs: texts are compared without any.
text()
{
	pdftotext "$dir/$1.pdf" - | LC_ALL=C tr -d ' \n\f' |
		LC_ALL=C sed 's/\xE2\x80\xAF//g; s/\xC2\xA0//g'
}
text a4 >"$dir/a4.txt"
text letter >"$dir/letter.txt"

# says FILE FORMAT JQ…: a sentence with the values that the results have for it.
says()
{
	file=$1
	format=$2
	shift 2
	for expression; do
		value=$(jq -r "$expression" "$dir/a4.json") || wrong "jq: $expression"
		format=$(printf '%s\n' "$format" | sed "s|@|$value|")
	done
	grep -qF -- "$(printf %s "$format" | tr -d ' ')" "$dir/$file.txt" || wrong "$file: nowhere \"$format\""
}
E='.evidence[0]'

## The first page has all of the summary's pictures on either paper in each language, and the
## downtime with its bound.
for file in a4:'Loss by day and hour' us:'Loss by day and hour' \
	de:'Verlust nach Tag und Stunde' fr:'Perte par jour et heure'; do
	pdftotext -l 1 "$dir/${file%%:*}.pdf" - | grep -qF "${file#*:}" ||
		wrong "${file%%:*}: the map of loss is not on the first page"
done
pdfinfo -struct-text "$dir/a4.pdf" >"$dir/structure"
awk '/^ *Figure/ { figures++ } /^ *H2/ { exit } END { exit figures != 1 }' "$dir/structure" ||
	wrong "no code before the first heading"
says a4 "± @ h @ min at the edges; @ outages counted" "$E.objections.edges_s / 3600 | floor" \
	"$E.objections.edges_s % 3600 / 60 | floor" "$E.objections.counted"
TENTH='def tenth: (. * 10 + 0.5 | floor) | "\(. / 10 | floor).\(. % 10)";'
PERMILLE='def third: (. * 100000 + 0.5 | floor) | "\(. / 1000 | floor).\("00\(. % 1000)"[-3:])";'
says a4 "was missed in @ of @ months" "[$E.months[] | select(.verdict == \"breached\")] | length" \
	"$E.months | length"
says a4 "19 of 20 probes answer within @ ms in busy hours, @ ms at other times" \
	"$TENTH $E.round_trips.busy.quantiles[2].value_s * 1000 | tenth" \
	"$TENTH $E.round_trips.quiet.quantiles[2].value_s * 1000 | tenth"
says a4 "@ of @ tests reached the normal download speed of @ Mbit/s" \
	"$E.throughput.down.reached_normal" "$E.throughput.down.tests" \
	"$E.throughput.down.normal_bps / 1e6 | floor"
says a4 "name servers failed @ % of queries, public ones @ %" \
	"$PERMILLE $E.names.servers[] | select(.whose == \"isp\") | .failure | third" \
	"$PERMILLE $E.names.servers[] | select(.whose == \"public\") | .failure | third"
says a4 "@ minutes of @: no query" "$E.names.dead_minutes" "$E.names.minutes"
says a4 "One ticket, about an outage of the register"
says a4 "@ minutes are left out of the verdict; @ entry" "[.sla.verdicts[].excluded_s] | add / 60 | floor" \
	"$E.exclusions | length"
says a4 "Outage register: @ outages" ".outages.links[0].outages | length"
says a4 "Tinted: the @ of which the contract counts most, @ h @ min together" "$E.tally.worst | length" \
	"$E.tally.worst_s / 3600 | floor" "$E.tally.worst_s % 3600 / 60 | floor"
says a4 "Own use @ % down, @ % up of the capacity; in a minute @ %" \
	"$TENTH $E.use.down * 100 | tenth" "$TENTH $E.use.up * 100 | tenth" \
	"$TENTH $E.use.down_most * 100 | tenth"
for page in $(seq "$(pdfinfo "$dir/a4.pdf" | awk '$1 == "Pages:" { print $2 }')"); do
	pdftotext -f "$page" -l "$page" "$dir/a4.pdf" "$dir/page"
	grep -q "Half of the answers" "$dir/page" && break
done
grep -q '^INC-1$' "$dir/page" || wrong "no pin of a ticket over the latency"
# Bounds of many seconds are told in whole ones, and never less than they are.
says a4 "± 60 s"
grep -q '±59' "$dir/a4.txt" && wrong "a length of the register is told closer than it is known"
says a4 "Likely objections: @ answered by what was measured, @ in part, @ conceded" \
	"[$E.objections.words[] | select(. == \"answered\")] | length" \
	"[$E.objections.words[] | select(. == \"in-part\")] | length" \
	"[$E.objections.words[] | select(. == \"conceded\")] | length"
says a4 "indicative, not the certified procedure"
says letter "We ask for a credit of @.00 EUR" "$E.owed.point.money | floor"
says a4 "none is on record; by the contract's clock"
says a4 "no: no exclusion on record touches it"
says letter "sum over @ periods of the contract, under availability" "$E.periods"
says letter "DRAFT, not signed"
says letter "Altnetz GmbH"
says letter "Order 1, Schedule 3"

## A number that is changed, in the results or in the document, is nowhere.
qpdf --show-attachment=results.json "$dir/a4.pdf" >"$dir/results.json"
pdfinfo -struct-text "$dir/a4.pdf" >"$dir/structure"
prose()
{
	"$LW_BUILD/tests/golden/prose" "$@" >"$dir/out"
}
prose "$dir/results.json" <"$dir/structure" || wrong "prose: $(head -3 "$dir/out")"
for change in '.evidence[0].tally.verdict.commitments[1].share_margin -= 0.01' '.evidence[0].tally.verdict.target = 0.996' \
	'.evidence[0].names.minutes += 1' '.evidence[0].use.up += 0.002' \
	'.evidence[0].throughput.down |= (.reached_normal += 1 | .bands[2] += 1)' '.evidence[0].owed.isp.money += 1' \
	'.evidence[0].objections.unknown_share += 0.001' \
	'.evidence[0].quality.exactness.sent += 1'; do
	jq "$change" "$dir/results.json" >"$dir/changed.json" || wrong "jq: $change"
	prose "$dir/changed.json" <"$dir/structure" && wrong "not seen: $change"
done
sed 's/Half of the answers came in [0-9.]*/Half of the answers came in 99.7/' "$dir/structure" >"$dir/changed"
prose "$dir/results.json" <"$dir/changed" && wrong "not seen: another headline"
grep -qF "at the foot of every page stands a root of it" "$dir/structure" ||
	wrong "the structure ends with the first line of a paragraph"

## Totals equal their lists.
jq -e '.evidence[0] as $e
	| def near(a; b): (a - b | fabs) < 0.001;
	($e.months | length) == 12
	and all($e.months[]; near(.scheduled_s; .up_s + .down_s + .excluded_s + .unknown_s)
		and near(.excluded_s; [.excluded[]] | add // 0))
	and near([$e.months[].scheduled_s] | add; 365 * 86400)
	and $e.months[2].minutes == 44580 and $e.months[9].minutes == 44700
	and near([$e.quality.days[].measured_s] | add; 365 * 86400 - $e.objections.unknown_s)
	and ($e.round_trips.busy.sent + $e.round_trips.quiet.sent) == $e.round_trips.all.sent
	and ([$e.throughput.down.hours[].tests] | add) == $e.throughput.down.tests
	and ($e.throughput.down.bands | add) == $e.throughput.down.tests
	and ([$e.names.dead[] | ((.end[0:19] + "Z" | fromdate) - (.start[0:19] + "Z" | fromdate)) / 60]
		| add) == $e.names.dead_minutes
	and all($e.names.servers[]; .asked == .good + .timeout + .rcode + .malformed + .unreachable)
	and $e.tally.months_missed == ([$e.months[] | select(.verdict == "breached")] | length)
	and $e.tally.outages == (.outages.links[0].outages | length)
	and $e.tally.not_counted == ([.outages.links[0].outages[] | select(.counted | not)] | length)
	and ([.sla.verdicts[].outages[]] | group_by(.id) | map({id: .[0].id, s: (map(.down_s) | add)})
		| sort_by(-.s) | .[:10] | map(.id) | sort) as $worst
	| ($e.tally.worst | sort) == $worst and $e.tally.worst_by == "contract"
	and near([$e.use.buckets[].counted_s] | add; $e.use.counted_s)
	and near($e.use.counted_s; 14 * 86400 - 5) and $e.use.down_most == ([$e.use.buckets[].down_most] | max)
	and near([$e.use.buckets[] | .down * .counted_s] | add; $e.use.down * $e.use.counted_s)
	and $e.tally.tickets == ($e.tickets | length)
	and $e.tally.tickets_with_outage == ([$e.tickets[] | select(.outages > 0)] | length)
	and ([$e.tally.objections[]] | add) == 10
	and near([$e.tally.excluded[].excluded_s] | add; $e.tally.verdict.excluded_s)
	and $e.tally.isp_names.failed == ([$e.names.servers[] | select(.whose == "isp") | .asked - .good] | add)
	and ($e.entries | length) == 6
	and ($e.objections.words | length) == 10 and $e.objections.counted > 150' \
	"$dir/a4.json" >/dev/null || wrong "totals: $(jq -c '.evidence[0] | [.months[].minutes,
	.names.dead_minutes, .objections]' "$dir/a4.json")"
jq -e '[.sla.verdicts[].commitments[], .evidence[0].tally.verdict.commitments[] ]
	| length > 2 and all(.[]; ((.margin // .share_margin) < 0) == (.verdict != "kept"))' "$dir/a4.json" >/dev/null ||
	wrong "a margin and its verdict disagree"
for id in $(jq -r '.outages.links[0].outages[].id' "$dir/a4.json"); do
	grep -qF "$id" "$dir/a4.txt" || wrong "outage $id is not in the register"
done

## A link without any of it says so in a sentence each, on few pages.
# A web page that is fetched to see whether it comes is no test of throughput.
{
	history 2 60 864000 "86400-88200 172800-201600" ""
	awk 'BEGIN { for (t = 0; t < 864000; t += 3600) printf "%d.5,page,http,internet,reply,80\n", 1761436800 + t }'
} | take plain samples
"$lw" --data "$dir/plain" report dossier -o "$dir/plain.pdf" 2>"$dir/err" || wrong "plain: $(cat "$dir/err")"
geometry plain 595 842
text plain >"$dir/plain.txt"
says plain "No throughput was measured"
says plain "Name servers were not measured"
says plain "No ticket and no note was entered"
says plain "Nothing is excluded from the verdict"
says plain "There is no gap in the period"
# Of 8 h without the Internet both ends are shown, and what they rest on.
says plain "7 h 09 min of it are not drawn"
says plain "session 1: p0 2 877 to 3 365, p1 2 876 to 3 365"
qpdf --show-attachment=results.json "$dir/plain.pdf" | jq -e '.outages.links[0].outages[1] as $long
	| def at: .[0:19] + "Z" | fromdate;
	.curves[0].closeups | map(select(.cut_from != null)) | length == 1 and all(.[];
		.outage == $long.id and (.from | at) < ($long.start | at) and ($long.start | at) < (.cut_from | at)
		and (.cut_to | at) < ($long.end | at) and ($long.end | at) < (.to | at)
		and (.cut_from | at) - (.from | at) == 1800 and (.to | at) - (.cut_to | at) == 1800
		and .samples == 120)' >/dev/null || wrong "the close-up of the long outage"
[ "$pages" -le 9 ] || wrong "plain: $pages pages"

## What is refused is refused in a line.
refused()
{
	"$lw" --data "$dir/plain" report dossier -o "$dir/x.pdf" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	[ $status = 2 ] || wrong "$*: exit code $status"
	[ "$(wc -l <"$dir/err")" = 1 ] || wrong "$*: $(cat "$dir/err")"
}
refused --paper a3
refused --language tlh

[ $failed = 0 ]
