#!/bin/sh
# Whatever was measured, what is printed holds together: every key with its type, every sum
# equal to its list, the same month the same figures whichever way it is asked for; and what
# is refused is refused in one line with the right exit code. Ends with "N hold, N broken".
. "$(dirname "$0")/golden.sh"
rules=$LW_TOP/tests/golden/contract.jq
needs jq

# check WHAT JSON-FILE: no promise of the contract is broken in it.
check()
{
	broken=$(jq -rf "$rules" "$2" 2>&1)
	if [ -n "$broken" ]; then
		wrong "$1: $broken"
	else
		held
	fi
}

# ask WHAT ARGUMENT…: the command succeeds, says nothing, and holds.
ask()
{
	what=$1
	shift
	if ! "$lw" "$@" --json >"$dir/out" 2>"$dir/err" || [ -s "$dir/err" ]; then
		wrong "$what: $*: $(cat "$dir/err")"
	else
		check "$what: $*" "$dir/out"
	fi
}

# ask_all DATA: every command, by both profiles.
ask_all()
{
	for command in status outages sla "sla --profile ses-10-10" "journal stats"; do
		# shellcheck disable=SC2086
		ask "$1" --data "$dir/$1" $command
	done
}

# ask_times DATA FROM TO: in a period, by both profiles.
ask_times()
{
	for command in outages sla "sla --profile ses-10-10"; do
		# shellcheck disable=SC2086
		ask "$1" --data "$dir/$1" $command --from "$2" --to "$3"
	done
}

. "$(dirname "$0")/history.sh"

## Histories of many shapes.
history 5 1 7200 "600-900.4 1800-1803 5000-5020" "3000-3100 4990-4995" | take several samples
history 5 1 7200 "600-900.4" "" | take several samples lte
history 4 1 3600 "" "" | take clean samples
history 4 1 3600 "3000-9999" "" | take open samples
history 4 1 3600 "0-600" "" | take born-dark samples
history 4 1 3600 "0-9999" "" | take all-lost samples
history 4 1 3600 "1000-1400 1700-1900" "1400-1700" | take hole-within samples
history 4 1 5400 "1000-1400 3000-3100" "1400-3000" | take two-of-one-incident samples
history 3 60 86400 "36000-37000" "50000-60000" | take minutes samples
history 2 300 600000 "90000-200000" "400000-430000" | take smoke samples
history 1 1 1 "" "" | take one-sample samples
history 1 1 1800 "900-1000" "" | take one-probe samples
history 4 1 1800 "100-101 200-202 300-303 400-405 500-508 600-612" "" | take blips samples
take states states <"$LW_TOP/tests/golden/states.csv"
printf 'time,state\n2025-01-01T00:00:00Z,unknown\n2025-01-02T00:00:00Z,unknown\n' |
	take all-unknown states
for data in several clean open born-dark all-lost hole-within two-of-one-incident minutes \
	smoke one-sample one-probe blips states all-unknown; do
	ask_all $data
	"$lw" --data "$dir/$data" journal verify >/dev/null 2>"$dir/err" ||
		wrong "$data: verify: $(cat "$dir/err")"
done

## Periods that begin or end within outages, holes, outside of all, in the hour that is twice.
for data in several open hole-within two-of-one-incident minutes born-dark; do
	ask_times $data 2025-10-26T00:11:40Z 2025-10-26T00:12:00Z
	ask_times $data 2025-10-26T00:20:00.000001Z 2025-10-26T00:30:00.999999Z
	ask_times $data 2025-10-25 2025-10-27
	ask_times $data 2025-10-26T01:20:00 2025-10-26T01:59:59.5
	ask_times $data 2025-09 2025-11
	ask_times $data 2020-01 2020-02
	ask_times $data 2025-10-26T00:50:00Z 2025-10-26T00:50:00.000001Z
done
ask_times states 2025-03 2025-03
ask_times states 2025-03-30 2025-03-30
ask_times states 2025-03-10T08:30 2025-03-20T13:15
ask_times states 2024-12 2026-01

## Contracts: the current period of each kind, and the same one asked for by its edges.
for period in month quarter year 30d; do
	cat >"$dir/$period.conf" <<EOF
data-dir = "$dir/states"
centre victoria {
    timezone = "Europe/London"
    link fibre { interface = "eth1"  isp = "An ISP"  contract = "c"  ping one { address = "192.0.2.1" } }
}
contract c { availability = "99.9%"  period = $period }
EOF
	ask "$period" -c "$dir/$period.conf" sla
	cp "$dir/out" "$dir/usual"
	[ "$(jq -r '.verdicts[0].period.kind' "$dir/usual")" = $period ] ||
		wrong "$period: not the contract's period"
	from=$(jq -r '.verdicts[0].period.from' "$dir/usual")
	to=$(jq -r '.verdicts[0].period.to' "$dir/usual")
	ask "$period" -c "$dir/$period.conf" sla --from "$from" --to "$to"
	[ "$(jq -cS .verdicts "$dir/usual")" = "$(jq -cS .verdicts "$dir/out")" ] ||
		wrong "$period: otherwise when asked for by its edges"
done
for span in "2025-03 2025-03" "2025-03 2025-04" \
	"2025-03-01T00:00 2025-04-01T00:00" "2025-03-01T00:00:00Z 2025-03-31T23:00:00Z"; do
	ask "$span" -c "$dir/month.conf" sla --from "${span% *}" --to "${span#* }"
	jq -cS '.verdicts[0]' "$dir/out" >>"$dir/marches"
done
[ "$(sort -u "$dir/marches" | wc -l)" = 1 ] || wrong "March is not one month: $(cat "$dir/marches")"

## What a contract owes: each credit with its outages, each date with what it is of.
sed -e '/^contract/d' "$dir/month.conf" >"$dir/owing.conf"
cat >>"$dir/owing.conf" <<EOF
contract c {
    availability = "99.9%"  currency = GBP  monthly-charge = "1000.00"
    credit sum { rule = cumulative  tiers = "1h 5%, 3h 10%"  clause = "7.2" }
    deadline report { what = ticket  within = "72h"  anchor = outage-start  clause = "9.1" }
    deadline claim { what = claim  within = "30d"  anchor = outage-end }
    deadline leave { what = terminate  within = "10 business days"  anchor = period-end }
}
EOF
for month in 2025-03 2025-04 2025-05 2025-06; do
	ask "owing in $month" -c "$dir/owing.conf" sla --from $month --to $month
	[ $month != 2025-03 ] || cp "$dir/out" "$dir/owing"
done
[ "$(jq -c '[.verdicts[0] | (.credits | length > 0), ([.deadlines[].what] | unique)]' "$dir/owing")" = \
	'[true,["claim","terminate","ticket"]]' ] || wrong "owing: not every credit and date is there"

## A whole is the sum of its parts.
sums()
{
	"$lw" --data "$dir/$1" sla --json --link fibre --from "$2" --to "$3" |
		jq -c '[.verdicts[] | .scheduled_s, .unknown_s, .down_s, .up_s | . * 1e6 | round]'
}
for data in states several minutes; do
	from=2025-03-01T00:00:00Z middle=2025-03-20T13:10:00Z to=2025-07-01T00:00:00Z
	if [ $data != states ]; then
		from=2025-10-26T00:00:00Z middle=2025-10-26T00:12:34.567891Z
		to=2025-10-26T02:00:00Z
	fi
	parts=$(for edges in "$from $middle" "$middle $to"; do
		sums $data "${edges% *}" "${edges#* }"
	done | jq -cs transpose\|map\(add\))
	[ "$parts" = "$(sums $data $from $to)" ] ||
		wrong "$data: $parts in parts, $(sums $data $from $to) as a whole"
done

## States that others judged: their arithmetic is known, and the last state holds.
# ratio NAME FROM TO LOWER POINT UPPER "TIME,STATE …": in Unix seconds and percent.
ratio()
{
	{
		echo time,state
		printf '%s\n' "$7" | tr ' ' '\n'
	} | take "$1" states
	got=$("$lw" --data "$dir/$1" sla --json --from "1970-01-01T00:${2}Z" --to "1970-01-01T00:${3}Z" |
		jq -r '.verdicts[0].availability | [.lower, .point, .upper | . * 1e6 | round / 1e4]
			| join(" ")')
	[ "$got" = "$4 $5 $6" ] || wrong "$1: $got %, not $4 $5 $6"
}
ratio changes 16:40 33:20 60 60 60 \
	"1000,down 1100,up 1300,down 1400,up 1600,down 1700,up 1900,down"
ratio odd 16:40 33:20 56.2 56.2 56.2 \
	"1000,down 1023,up 1100,down 1242,up 1300,down 1307,up 1400,down 1666,up"
ratio third 16:40 21:40 66.6667 66.6667 66.6667 "1000,down 1100,up"
ratio seventh 16:40 28:20 14.2857 14.2857 14.2857 "1000,down 1600,up"
ratio down-before 16:40 33:20 0 0 0 "0,down"
ratio unknown-between 16:40 33:20 10 12.5 30 "1000,up 1100,down 1600,unknown 1800,down"

## An outage keeps its id whichever period is asked for.
ids()
{
	data=$1
	shift
	"$lw" --data "$dir/$data" outages --json --link fibre "$@" |
		jq -c '[.links[].outages[] | [.id, .attribution, .extent]]'
}
for data in several hole-within minutes; do
	whole=$(ids $data)
	[ "$whole" != "[]" ] || wrong "$data: there is no outage in it"
	for to in 2025-10-27 now 2025-11; do
		[ "$(ids $data --from 2025-10-01T00:00:00Z --to $to)" = "$whole" ] ||
			wrong "$data: other outages when asked for up to $to"
	done
done

## CSV: by its header, a row for each that the JSON tells of.
# csv WHAT FILE HEADER ROWS: so many rows, each with as many fields as the header.
csv()
{
	if [ "$(head -n 1 "$2")" != "$3" ]; then
		wrong "$1: header $(head -n 1 "$2"), not $3"
	elif [ "$(sed 1d "$2" | wc -l)" != "$4" ]; then
		wrong "$1: $(sed 1d "$2" | wc -l) rows, not $4"
	elif ! awk -F, 'NR == 1 { n = NF } NF != n { exit 1 }' "$2"; then
		wrong "$1: rows of other lengths than the header"
	else
		held
	fi
}
dump=time,boot_ns,centre,link,probe,kind,role,outcome,rtt_us,stamp,code,session,seq,flags
for data in several smoke one-sample all-lost blips; do
	"$lw" --data "$dir/$data" journal dump --csv >"$dir/out" 2>"$dir/err"
	[ -s "$dir/err" ] && wrong "$data: dump: $(cat "$dir/err")"
	csv "$data: dump" "$dir/out" $dump \
		"$("$lw" --data "$dir/$data" journal stats --json | jq .samples)"
	sed 1d "$dir/out" | cut -d , -f 1 | sort -c 2>/dev/null || wrong "$data: dump: not in order"
	sed 1d "$dir/out" | awk -F, '($8 == "reply") != ($9 != "") ||
		$1 !~ /^[0-9-]+T[0-9:]+\.[0-9][0-9][0-9][0-9][0-9][0-9]Z$/ ||
		$2 !~ /^[0-9]+$/ || $12 !~ /^[0-9]+$/ || $13 !~ /^[0-9]+$/ { exit 1 }' ||
		wrong "$data: dump: a time, number or round trip is not one"
	"$lw" --data "$dir/$data" outages --csv >"$dir/out" 2>"$dir/err"
	[ -s "$dir/err" ] && wrong "$data: outages --csv: $(cat "$dir/err")"
	csv "$data: outages --csv" "$dir/out" "$(head -n 1 "$dir/out")" \
		"$("$lw" --data "$dir/$data" outages --json | jq '[.links[] | .outages[], .micro_outages[]] | length')"
	for key in id start end duration_s attribution extent; do
		head -n 1 "$dir/out" | tr , '\n' | grep -qx $key || wrong "outages --csv: no $key"
	done
done

## Words for people, without a configuration: there are some, and nothing on stderr.
for data in several states open all-unknown one-sample; do
	for command in status outages sla "journal stats" "journal verify"; do
		# shellcheck disable=SC2086
		if "$lw" --data "$dir/$data" $command >"$dir/out" 2>"$dir/err" && [ ! -s "$dir/err" ] &&
			{ [ -s "$dir/out" ] || [ "$command" = "journal verify" ]; }; then
			held
		else
			wrong "$data: $command: $(cat "$dir/err")"
		fi
	done
done
if "$lw" -c "$dir/month.conf" check-config >"$dir/out" 2>&1 && grep -q one "$dir/out"; then
	held
else
	wrong "check-config: $(cat "$dir/out")"
fi

## Whoever reads may stop when they have enough; a full disk is told.
for command in "journal dump --csv" "journal roots --json" "outages --json" "sla --json" \
	"report dossier --json" "report sla --json"; do
	# shellcheck disable=SC2086
	{ "$lw" --data "$dir/several" $command 2>"$dir/err"; echo $? >"$dir/status"; } | head -n 1 >"$dir/out"
	[ "$(cat "$dir/status")" = 0 ] && [ ! -s "$dir/err" ] && held=$((held + 1)) ||
		wrong "$command, read in part: $(cat "$dir/status" "$dir/err")"
	# shellcheck disable=SC2086
	"$lw" --data "$dir/several" $command >/dev/full 2>"$dir/err"
	[ $? = 1 ] && grep -q '^linkwitness: standard output: ' "$dir/err" && held=$((held + 1)) ||
		wrong "$command, to a full disk: $(cat "$dir/err")"
done

## Refusals: one line, the exit code, nothing on standard output.
# refused CODE TEXT ARGUMENT…: the line says who (of a mistake in a configuration: which file
# and line) and has the text; an import says in a second one what became of its rows.
refused()
{
	code=$1 text=$2
	shift 2
	"${program:-$lw}" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	if [ $got != "$code" ]; then
		wrong "$*: exit $got, not $code: $(cat "$dir/err")"
	elif [ -s "$dir/out" ] ||
		[ "$(grep -cv '^linkwitness: import: nothing was imported$' "$dir/err")" != 1 ]; then
		wrong "$*: not one line on standard error: $(cat "$dir/out" "$dir/err")"
	elif ! grep -qE '^(linkwitnessd?|/.*[.]conf:[0-9]+): [^:]+(: .+|;.+)' "$dir/err" ||
		! grep -qF -- "$text" "$dir/err"; then
		wrong "$*: $(cat "$dir/err")"
	else
		held
	fi
}
history 2 1 600 "" "" | take two samples
history 2 1 600 "" "" >"$dir/csv"
"$lw" --data "$dir/two" import samples --centre albert --link fibre "$dir/csv" >/dev/null 2>&1 ||
	wrong "two centres: import"
refused 2 nonsense --data "$dir/clean" nonsense
refused 2 --nonsense --data "$dir/clean" outages --nonsense
refused 2 sometimes --data "$dir/clean" outages --from sometimes
refused 2 victoria/fibre --data "$dir/clean" sla --link lte
refused 2 albert/fibre --data "$dir/two" outages --link fibre
refused 2 victoria/fibre --data "$dir/two" outages --link fibre
refused 2 nonsense --data "$dir/clean" sla --profile nonsense
refused 2 --from --data "$dir/clean" outages --from 2025-11 --to 2025-10-01
refused 2 nowhere.conf -c "$dir/nowhere.conf" sla
refused 2 "regular file" -c "$dir" sla
echo "centre c { link l { } }" >"$dir/wrong.conf"
refused 2 interface -c "$dir/wrong.conf" sla
refused 1 "$dir/nowhere" --data "$dir/nowhere" outages
refused 1 "$dir/nowhere" --data "$dir/nowhere" journal verify
refused 1 "$dir/nowhere" --data "$dir/nowhere" journal stats --json
refused 2 --link --data "$dir/new" import samples --centre victoria "$dir/csv"
refused 2 format --data "$dir/new" import nonsense --centre victoria --link l "$dir/csv"
refused 1 "$dir/nowhere.csv" --data "$dir/new" import samples --centre c --link l "$dir/nowhere.csv"
[ ! -e "$dir/new/journal" ] || [ -z "$(ls "$dir/new/journal")" ] ||
	wrong "an import that was refused left something"
mkfifo "$dir/fifo"
refused 2 "-o -" --data "$dir/clean" report dossier -o -
refused 2 "file of -o" --data "$dir/clean" report dossier -o "$dir/x.pdf" --xlsx "$dir/x.pdf"
refused 1 "no regular file" --data "$dir/clean" report sla -o "$dir/fifo"
refused 1 "no regular file" --data "$dir/clean" report dossier --xlsx "$dir/fifo"
refused 1 "directory" --data "$dir/clean" report dossier -o "$dir"
refused 1 "No such file" --data "$dir/clean" report dossier -o "$dir/nowhere/x.pdf"
refused 1 "No such file" --data "$dir/clean" report dossier --xlsx "$dir/nowhere/x.xlsx"
[ -p "$dir/fifo" ] || wrong "a document took the place of what was no file"
program=$LW_BUILD/linkwitnessd
refused 2 nowhere.conf -c "$dir/nowhere.conf"
refused 2 interface -c "$dir/wrong.conf"
refused 2 --nonsense --nonsense
refused 2 "-c: its value" -c
refused 2 "--for 5: write" -c "$dir/month.conf" --for 5
refused 2 "nonsense: it takes" -c "$dir/month.conf" nonsense
program=
"$lw" --data "$dir/two" outages --link albert/fibre --json >"$dir/out" || wrong "albert/fibre"
[ "$(jq -c '[.links[] | .centre]' "$dir/out")" = '["albert"]' ] || wrong "albert/fibre: $(cat "$dir/out")"

## A byte that is not what was written: named, and exit 1.
cp -r "$dir/clean" "$dir/flipped"
segment=$(ls "$dir/flipped/journal/"*.lwj | head -n 1)
printf '\377\377' | dd of="$segment" bs=1 seek=2000 conv=notrunc 2>/dev/null
refused 1 "segment 1, block" --data "$dir/flipped" journal verify

## What cannot be read at all is no history without links.
rm "$segment"
mkdir "$segment"
for command in outages sla status "report dossier --json"; do
	# shellcheck disable=SC2086
	refused 1 "segment 1, block 0: no regular file" --data "$dir/flipped" $command
done

judged
