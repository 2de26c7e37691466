#!/bin/sh
# The workbook, recomputed by another program: what its cells come to is what is owed, under
# every contract that comes with this and under one of each rule; and a cell changed by hand
# changes it. The same results are the same bytes.
. "$(dirname "$0")/golden.sh"
needs ssconvert jq unzip zip

cat >"$dir/states.csv" <<'EOF'
time,state
2026-08-01T00:00:00Z,up
2026-08-03T07:00:00Z,down
2026-08-03T07:04:12.345Z,up
2026-08-10T10:00:00Z,down
2026-08-10T14:00:30Z,up
2026-08-20T23:59:00Z,down
2026-08-21T00:29:00Z,up
2026-08-31T23:00:00Z,down
2026-09-01T02:00:00Z,up
2026-09-09T09:00:00Z,down
2026-09-09T17:40:00.5Z,up
2026-09-15T00:00:00Z,unknown
2026-09-15T06:00:00Z,up
2026-09-30T12:00:00Z,down
2026-09-30T12:16:00Z,up
2026-10-01T00:00:00Z,up
EOF
"$lw" --data "$dir/data" import states --centre c --link l "$dir/states.csv" >"$dir/out" 2>&1 ||
	{ cat "$dir/out"; exit 1; }

# configure CONTRACT FILE…: the link is under it
configure()
{
	{
		printf 'data-dir = "%s"\ncentre c { timezone = "Europe/Berlin" link l { interface = "lo" contract = "%s" } }\n' \
			"$dir/data" "$1"
		shift
		cat "$@"
	} >"$dir/conf"
}

# beside SHEET-CSV ROW-NAME: what stands there, one a line
beside()
{
	tr -d '"' <"$1" | awk -F, -v name="$2" '$1 == name { print $2 }'
}

# recompute XLSX: every sheet as CSV, every formula computed anew
recompute()
{
	rm -rf "$dir/sheets"
	mkdir "$dir/sheets"
	(cd "$dir/sheets" && HOME=$dir LC_ALL=C.UTF-8 ssconvert --recalc -S "$1" s-%s.csv) \
		>"$dir/out" 2>&1 || wrong "ssconvert $1: $(cat "$dir/out")"
}

# stored NAME: what cells hold is what they come to, for programs that only show it
stored()
{
	rm -rf "$dir/shown"
	mkdir "$dir/shown"
	(cd "$dir/shown" && HOME=$dir LC_ALL=C.UTF-8 ssconvert -S "$dir/x.xlsx" s-%s.csv) \
		>"$dir/out" 2>&1 || wrong "$1: $(cat "$dir/out")"
	for sheet in Credit Working Summary Bands; do
		[ -f "$dir/sheets/s-$sheet.csv" ] || continue
		paste -d'\n' "$dir/shown/s-$sheet.csv" "$dir/sheets/s-$sheet.csv" | awk '
		NR % 2 { before = $0; n = split($0, a, ","); next }
		{
			m = split($0, b, ",")
			for (i = 1; i <= (n > m ? n : m); i++)
				if (a[i] != b[i] && (a[i] !~ /^-?[0-9.]/ || b[i] !~ /^-?[0-9.]/ ||
				    a[i] - b[i] > 2e-6 || b[i] - a[i] > 2e-6)) {
					print before " is " $0
					exit
				}
		}' >"$dir/differs"
		[ ! -s "$dir/differs" ] || wrong "$1: $sheet: $(cat "$dir/differs")"
	done
}

# same NAME WANTED-LIST: the list in got is alike
same()
{
	# No credit is agreed, or shares of a charge unknown stand beside money: no cells.
	[ -s "$dir/got" ] || printf '%s\n' "$2" | sed 's/.*/0/' >"$dir/got"
	if printf '%s\n' "$2" | paste -d' ' - "$dir/got" | awk '
		NF != 2 || $1 - $2 > 2e-9 || $2 - $1 > 2e-9 { exit 1 }'; then
		held
	else
		wrong "$1: owed $(printf '%s' "$2" | tr '\n' ' ')but cells say $(tr '\n' ' ' <"$dir/got")"
	fi
}

# agree NAME: cells come to what sla says
agree()
{
	if ! "$lw" -c "$dir/conf" report dossier --from 2026-08 --to 2026-10 -o "$dir/x.pdf" \
		--xlsx "$dir/x.xlsx" >"$dir/out" 2>&1; then
		wrong "$1: $(cat "$dir/out")"
		return
	fi
	"$lw" -c "$dir/conf" sla --from 2026-08 --to 2026-10 --json >"$dir/sla.json"
	recompute "$dir/x.xlsx"
	want=$(jq -r '.verdicts[].readings.point
		| .amount // .share // 0' "$dir/sla.json")
	{ beside "$dir/sheets/s-Credit.csv" Owed
	beside "$dir/sheets/s-Credit.csv" "Owed in monthly charges"; } >"$dir/got"
	if grep -qE '#(VALUE|REF|NAME|DIV|N/A|NUM)' "$dir"/sheets/*.csv; then
		wrong "$1: $(grep -hE '#(VALUE|REF|NAME|DIV|N/A|NUM)' "$dir"/sheets/*.csv | head -n 3)"
	fi
	stored "$1"
	same "$1" "$want"
}

# contract STACK MORE <CLAUSES
contract()
{
	printf 'contract k {\n availability = "99.9%%"  currency = EUR  period = month\n'
	printf ' credits-stack = %s  %s\n' "$1" "$2"
	cat
	echo '}'
}

## Every rule by itself, in money and in shares of a charge that nobody stated; all at once.
cat >"$dir/rules" <<'EOF'
credit down { rule = per-time  unit = "1h"  amount = "1 day"  beyond-target = yes }
credit part { rule = per-time  unit = "1h"  part = exact  amount = "1.5%"  cap = "20%" }
credit each { rule = per-time  unit = "30min"  amount = "2%"  per-outage = yes }
credit rest { rule = per-time  unit = "15min"  amount = "1%"  per-outage = yes  part = down }
credit near { rule = per-time  unit = "7min"  part = nearest  round-to = "5min"  amount = "0.25%" }
credit sum { rule = cumulative  tiers = "1h 5%, 3h 10%, 12h 50%"  clause = "7.2" }
credit single { rule = single  tiers = "15min 3%, 4h 25%, 8h 50%"  round-to = "1min" }
credit avail { rule = availability  tiers = "99.9% 5%, 99.5% 10%, 99.0% 20%" }
EOF
i=0
while read -r rule; do
	i=$((i + 1))
	for charge in 'monthly-charge = "317.45"' '' \
		'monthly-charge = "317.45"  day-of-charge = calendar  cap = "21.3%"'; do
		echo "$rule" | contract no "$charge" >"$dir/k"
		configure k "$dir/k"
		agree "rule $i, $charge"
	done
done <"$dir/rules"
for stack in yes no; do
	contract $stack 'monthly-charge = "1234.56"  cap = "100%"' <"$dir/rules" >"$dir/k"
	configure k "$dir/k"
	agree "all rules, stacked: $stack"
done

## What is sold today.
for file in "$LW_TOP"/config/contracts/*.conf; do
	for name in $(sed -n 's/^contract \([^ ]*\) .*/\1/p' "$file"); do
		configure "$name" "$file"
		agree "$name"
	done
done

## An outage that does not count after all, a charge of another height.
change() # FROM TO: in each sheet of the workbook
{
	rm -rf "$dir/parts" "$dir/changed.xlsx"
	mkdir "$dir/parts"
	(cd "$dir/parts" && unzip -q ../x.xlsx && sed -i "s|$1|$2|g" xl/worksheets/*.xml &&
		zip -q -X ../changed.xlsx -r . ) || wrong "unzip"
	recompute "$dir/changed.xlsx"
	beside "$dir/sheets/s-Credit.csv" Owed >"$dir/got"
}
echo 'credit sum { rule = cumulative  tiers = "1h 5%, 10h 10%" }' |
	contract no 'monthly-charge = "300"' >"$dir/k"
configure k "$dir/k"
agree "cumulative"
change '<t>yes</t>' '<t>no</t>'
same "no outage counts" "$(printf '0\n0')"
change '<v>300</v>' '<v>500</v>'
same "a charge of 500" "$(printf '25\n50')"

## LibreOffice, where there is one: it opens, and recomputes to the same figures.
office() # NAME "POINT POINT…": owed in each period
{
	(cd "$dir" && timeout 100 soffice "-env:UserInstallation=file://$dir/profile" --headless \
		--convert-to pdf "$1.xlsx") >"$dir/out" 2>&1
	shown=$(pdftotext -layout "$dir/$1.pdf" - 2>/dev/null |
		awk '$1 == "Owed" && $3 == "EUR" { printf "%s ", $2 }')
	if [ "$shown" = "$2 " ]; then
		held
		echo "LibreOffice, $1: owed $shown"
	else
		wrong "LibreOffice, $1: owed $shown, not $2: $(tail -n 2 "$dir/out")"
	fi
}
if command -v soffice >/dev/null; then
	mkdir -p "$dir/profile/user"
	cat >"$dir/profile/user/registrymodifications.xcu" <<'EOF'
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
EOF
	office x "15.00 30.00"
	office changed "25.00 50.00"
else
	echo "soffice is not there: what LibreOffice recomputes is not looked at"
fi

## The same bytes wherever and whenever.
cp "$dir/x.xlsx" "$dir/first.xlsx"
mkdir "$dir/elsewhere"
(cd "$dir/elsewhere" && TZ=Asia/Tokyo LC_ALL=C "$lw" -c ../conf report dossier --from 2026-08 \
	--to 2026-10 -o y.pdf --xlsx y.xlsx) >"$dir/out" 2>&1 || wrong "$(cat "$dir/out")"
if cmp "$dir/first.xlsx" "$dir/elsewhere/y.xlsx"; then
	held
else
	wrong "the same results, other bytes"
fi

## Throughput: what the tests of a direction come to, recomputed; a test taken away, a speed
## agreed otherwise.
"$LW_BUILD/tests/golden/made_complaint" "$dir/year" || wrong "made_complaint"
cat >"$dir/year.conf" <<EOF
data-dir = "$dir/year"
centre mitte { timezone = "Europe/Berlin" link fibre { interface = "lo" contract = "k" } }
contract k {
    availability = "99.5%"  period = month
    commitment down { metric = speed-down  minimum = 125M  normal = 200M  maximum = 250M }
}
EOF
# cells DIRECTION COLUMN…: of the sheet Bands, whose headings alone have commas in them
cells()
{
	way=$1
	shift
	tr -d '"' <"$dir/sheets/s-Bands.csv" | awk -F, -v way="$way" -v want="$*" '$3 == way {
		n = split(want, w, " ")
		for (i = 1; i <= n; i++) printf "%.6f\n", $w[i]
	}'
}
# throughput CONFIGURATION…: a workbook of fibre's tests, and its results
throughput()
{
	"$lw" "$@" report dossier --link fibre --json --xlsx "$dir/x.xlsx" \
		>"$dir/year.json" 2>"$dir/out" || wrong "throughput: $(cat "$dir/out")"
	recompute "$dir/x.xlsx"
	stored "throughput"
}
throughput -c "$dir/year.conf"
cells down 7 8 9 10 11 13 15 17 19 >"$dir/got"
same "tests down" "$(jq -r '.outages.links[0].throughput.down as $w
	| .evidence[0].throughput.down as $e
	| $w.tests, $w.failed, $w.slowest_bps / 1e6, $w.median_bps / 1e6, $w.fastest_bps / 1e6,
	$e.bands[], $e.reached_90_of_maximum' "$dir/year.json")"
cells up 7 8 10 13 >"$dir/got"
same "tests up" "$(jq -r '.outages.links[0].throughput.up
	| .tests, .failed, .median_bps / 1e6, 0' "$dir/year.json")"
[ "$(awk 'END { print NR - 1 }' "$dir/sheets/s-Throughput.csv")" = \
	"$(jq '.outages.links[0].throughput.tests | length' "$dir/year.json")" ] ||
	wrong "tests are missing"
change '<v>125</v>' '<v>1</v>'
cells down 13 15 17 >"$dir/got"
same "less agreed" "$(jq -r '.evidence[0].throughput.down
	| .failed, .bands[0] + .bands[1] - .failed, .bands[2]' "$dir/year.json")"
change '<v>247</v>' '<v></v>'
cells down 7 >"$dir/got"
same "the fastest taken away" "$(jq -r '[.outages.links[0].throughput.tests[]
	| select(.direction == "down" and .bps != null and .bps != 247000000)] | length' "$dir/year.json")"
"$LW_BUILD/tests/golden/made_move" "$dir/move" || wrong "made_move"
throughput --data "$dir/move"
cells down 7 10 12 >"$dir/got"
same "with headers" "$(jq -r '.outages.links[0].throughput.down
	| .tests, .median_bps / 1e6, .median_ip_bps / 1e6' "$dir/year.json")"

judged
