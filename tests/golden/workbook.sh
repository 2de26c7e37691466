#!/bin/sh
# The workbook, recomputed by another program: what its cells come to is what is owed, under
# every contract that comes with this and under one of each rule; and a cell changed by hand
# changes it. The same results are the same bytes.
: "${LW_BUILD:=.}" "${LW_TOP:=.}"
case $LW_BUILD in
/*) lw=$LW_BUILD/linkwitness ;;
*) lw=$PWD/$LW_BUILD/linkwitness ;;
esac
for tool in ssconvert jq unzip zip; do
	if ! command -v $tool >/dev/null; then
		echo "$tool is not there: skipped"
		exit 77
	fi
done
if [ -n "$LW_KEEP" ]; then
	dir=$LW_KEEP
	mkdir -p "$dir" || exit 1
else
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
fi
held=0 failed=0

wrong()
{
	failed=$((failed + 1))
	echo "FAILED: $*"
}

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
	for sheet in Credit Working Summary; do
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
		held=$((held + 1))
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
	rm -rf "$dir/parts"
	mkdir "$dir/parts"
	(cd "$dir/parts" && unzip -q ../x.xlsx && sed -i "s|$1|$2|g" xl/worksheets/*.xml &&
		zip -q -X ../changed.xlsx -r . ) || wrong "unzip"
	recompute "$dir/changed.xlsx"
	rm "$dir/changed.xlsx"
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

## LibreOffice, where there is one: it opens, and shows the same figure.
if command -v soffice >/dev/null; then
	(cd "$dir" && timeout 100 soffice "-env:UserInstallation=file://$dir/profile" --headless \
		--convert-to pdf x.xlsx) >"$dir/out" 2>&1
	if pdftotext -layout "$dir/x.pdf" - | grep -qE '^ *Owed +30\.00 *EUR'; then
		held=$((held + 1))
	else
		wrong "LibreOffice: $(tail -n 2 "$dir/out")"
	fi
else
	echo "soffice is not there: what LibreOffice shows is not looked at"
fi

## The same bytes wherever and whenever.
cp "$dir/x.xlsx" "$dir/first.xlsx"
mkdir "$dir/elsewhere"
(cd "$dir/elsewhere" && TZ=Asia/Tokyo LC_ALL=C "$lw" -c ../conf report dossier --from 2026-08 \
	--to 2026-10 -o y.pdf --xlsx y.xlsx) >"$dir/out" 2>&1 || wrong "$(cat "$dir/out")"
if cmp "$dir/first.xlsx" "$dir/elsewhere/y.xlsx"; then
	held=$((held + 1))
else
	wrong "the same results, other bytes"
fi

echo "$held workbooks hold, $failed do not"
[ $failed -eq 0 ]
