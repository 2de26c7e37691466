#!/bin/bash
# Pre-screens from end to end: a campaign is measured by its own schedule and judged, an
# outage and its ticket come to days and money, and everything says what it is.
. "$(dirname "$0")/golden.sh"

cat >"$dir/conf" <<EOF
data-dir = "$dir/data"
contract k {
  currency = EUR  monthly-charge = "60.00"
  commitment down { metric = speed-down  minimum = 50M  normal = 80M  maximum = 100M }
}
centre c { timezone = "Europe/Berlin"  link l { interface = "lo"  contract = k } }
EOF
run() { "$lw" -c "$dir/conf" "$@"; }

# is WHAT WANTED GOT
is()
{
	if [ "$2" = "$3" ]; then
		held
	else
		wrong "$1: it is $3, not $2"
	fi
}

# screen REGIME JQ: of its JSON
screen() { run prescreen "$1" --json | jq -r ".prescreens[0] | $2"; }

# number REGIME NAME
number() { screen "$1" ".numbers[] | select(.name == \"$2\").value"; }

# refused WORDS COMMAND…: exit 2 and one line with the words
refused()
{
	local words=$1
	shift
	run "$@" >"$dir/out" 2>"$dir/err"
	is "$*: exit status" 2 $?
	is "$*: lines" 1 "$(wc -l <"$dir/err")"
	is "$*: lines with \"$words\"" 1 "$(grep -cF -- "$words" "$dir/err")"
}

# import_tests SPEED: a speed test at each time of the schedule
import_tests()
{
	rm -rf "${dir:?}/data"
	{
		echo datetimestart,datetimestop,provider,server,ping,download,upload
		run prescreen de-tkg57 --schedule --from 2026-03-27 |
			awk -v v="$1" '/^ +[0-9]+  / { t = $2 " " $3; print t "," t ",p,s,10," v ",5" }'
	} >"$dir/tests.csv"
	is "tests of a schedule" 31 "$(wc -l <"$dir/tests.csv")"
	run import speedtest --centre c --link l --timezone Europe/Berlin "$dir/tests.csv" \
		>"$dir/log" || exit 1
}

import_tests 90
is "at 90 %" would-pass "$(screen de-tkg57 .outcome)"
is "its conditions that hold" 6 "$(screen de-tkg57 '[.conditions[] | select(.holds)] | length')"
is "stated speeds" no-verdict "$(screen eu-2015-2120 .outcome)"
is "share of normal" 1 "$(number eu-2015-2120 download_normal_share)"

# The same tests held against the contract: what it promises of each is a clause of its own.
promise() { run sla --from 2026-03-01 --to 2026-05-01 --json | jq -r ".verdicts[0].commitments[] | select(.value == \"$1\") | $2"; }
is "the minimum" kept "$(promise minimum .verdict)"
is "the normal speed" kept "$(promise normal .verdict)"
is "nine tenths of the maximum" kept "$(promise maximum .verdict)"
is "no degradation" 0 "$(run outages --json | jq '[.links[].degradations[]] | length')"
import_tests 49
is "the minimum undershot" missed "$(promise minimum .verdict)"
is "the slowest" 49000000 "$(promise minimum .measured)"
is "tests that reached it" 0 "$(promise minimum .share)"
is "the maximum, in 30 tests" missed "$(promise maximum .verdict)"
is "what it was like" "throughput 49000000 50000000" \
	"$(run outages --json | jq -r '.links[0].degradations[0] | "\(.kind) \(.slowest_bps) \(.minimum_bps)"')"
import_tests 89.9
is "below 90 %" would-fail "$(screen de-tkg57 .outcome)"
sed '/figure maximum-share/s/90%/89%/' "$LW_TOP/config/regimes/de-tkg57.conf" >"$dir/changed"
is "by a changed file" would-pass \
	"$(run prescreen de-tkg57 --regime-file "$dir/changed" --json | jq -r '.prescreens[0].outcome')"

# Dark from a Monday to Saturday noon: of the days after the report the 3rd and 4th as a
# whole, and a part of the 5th.
rm -rf "${dir:?}/data"
cat >"$dir/states.csv" <<EOF
time,state
2026-05-01T00:00:00+02:00,up
2026-05-04T09:00:00+02:00,down
2026-05-09T12:00:00+02:00,up
2026-06-01T00:00:00+02:00,up
EOF
run import states --centre c --link l "$dir/states.csv" >"$dir/log" || exit 1
is "without a report" not-enough-data "$(screen de-tkg58 .outcome)"
run ticket open T1 --link l --at 2026-05-04T10:00 >"$dir/log" || exit 1
is "reported" would-fail "$(screen de-tkg58 .outcome)"
is "two whole days, 10 % each" 12 "$(number de-tkg58 amount)"
is "and a part of one of 20 %" 24 "$(number de-tkg58 amount_at_most)"
run exclude add --link l --from 2026-05-07 --to 2026-05-08 --reason flood >"$dir/log" || exit 1
is "one of them excluded" 6 "$(number de-tkg58 amount)"
run exclude remove 2 >"$dir/log" || exit 1
is "in pounds" 20.68 "$(number uk-auto-compensation amount)"
is "outages" 1 "$(number au-30s outages)"

# Everything says what it is, and where each number is from.
note='indicative, not the certified procedure'
run prescreen all >"$dir/out"
is "regimes" 7 "$(grep -c '^c/l  ' "$dir/out")"
is "regimes with the note" 7 "$(grep -c "($note)\$" "$dir/out")"
is "schedules with the note" 1 "$(run prescreen de-tkg57 --schedule | grep -c "($note)\$")"
run prescreen all --json >"$dir/json"
is schema linkwitness/prescreen/1 "$(jq -r .schema "$dir/json")"
is note "$note" "$(jq -r .note "$dir/json")"
is "not labelled" 0 "$(jq '[.prescreens[] | select(.label != "indicative")] | length' "$dir/json")"
is "without source, date or status" 0 "$(jq '[.prescreens[] | ., .figures[], .missing_for_certified[] |
	select((.source | length) == 0 or (.as_of | test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$") | not) or
		(.status | IN("verified", "secondary", "unverified") | not))] | length' "$dir/json")"
for file in "$LW_TOP"/config/regimes/*.conf; do
	name=$(basename "$file" .conf)
	is "$name, as built in" "$(run prescreen "$name" --regime-file "$file" | cksum)" \
		"$(run prescreen "$name" | cksum)"
done

refused "name a regime" prescreen
refused "one of: de-tkg57" prescreen nowhere
refused "is too much" prescreen au-30s twice
refused "is of uk-codes" prescreen au-30s --regime-file "$LW_TOP/config/regimes/uk-codes.conf"
refused "name it instead of all" prescreen all --regime-file "$dir/changed"
refused "is of de-tkg57" prescreen au-30s --schedule
refused "alone" prescreen de-tkg57 --schedule --json
refused "no time" prescreen de-tkg57 --schedule --from rubbish
sed -i '/^ *title/s/.*/colour = red/' "$dir/changed"
refused "changed:9: colour: " prescreen de-tkg57 --regime-file "$dir/changed"

judged
