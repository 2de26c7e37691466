#!/bin/sh
# Availability arithmetic from another engine's tests: each row of the table in
# ../shared/data/sla-vectors is imported as states, its maintenance entered as exclusions
# under a contract that counts maintenance as available, and judged.
. "$(dirname "$0")/golden.sh"
table=${LW_SHARED:-$LW_TOP/../shared}/data/sla-vectors/README.md
[ -r "$table" ] || { echo "skipped: $table is not there"; exit 77; }

utc() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

# judge NAME STATES MAINTENANCE FROM TO: the verdict, into $dir/out
judge()
{
	rm -rf "$dir/data"
	{ echo time,state; echo "$2" | tr ',' '\n' | awk '{ print $1 "," $2 }'; } >"$dir/states.csv"
	cat >"$dir/conf" <<EOF
data-dir = "$dir/data"
centre c { timezone = "UTC"  link l { interface = "lo"  contract = "k" } }
contract k { availability = "99%"  maintenance = available }
EOF
	"$lw" --data "$dir/data" import states --centre c --link l "$dir/states.csv" >"$dir/log" 2>&1 ||
		{ cat "$dir/log"; return 1; }
	for span in $(echo "$3" | tr ',' ' '); do
		"$lw" -c "$dir/conf" exclude add --link l --from "$(utc "${span%-*}")" \
			--to "$(utc "${span#*-}")" --reason agreed >>"$dir/log" 2>&1 ||
			{ cat "$dir/log"; return 1; }
	done
	"$lw" -c "$dir/conf" sla --from "$(utc "$4")" --to "$(utc "$5")" --json >"$dir/out"
}

# is NAME WHAT WANTED GOT: to four decimals
is()
{
	if awk -v a="$3" -v b="$4" 'BEGIN { d = a - b; exit !(d < 0.00005 && d > -0.00005) }'; then
		held
	else
		wrong "$1: $2 is $4, not $3"
	fi
}

grep '^| [a-z]' "$table" | grep -v '^| case' >"$dir/rows"
while IFS='|' read -r _ name states maintenance period want _; do
	name=$(echo "$name" | sed 's/^ *//; s/ *$//')
	from=$(echo "${period%-*}" | tr -d ' ') to=$(echo "${period#*-}" | tr -d ' ')
	judge "$name" "$states" "$maintenance" "$from" "$to" || { wrong "$name"; continue; }
	point=$(jq '.verdicts[0].availability.point * 100' "$dir/out")
	case $want in
	*below*)
		is "$name" point 12.5 "$point"
		is "$name" lower 10 "$(jq '.verdicts[0].availability.lower * 100' "$dir/out")"
		is "$name" upper 30 "$(jq '.verdicts[0].availability.upper * 100' "$dir/out")"
		;;
	*) is "$name" availability "$(echo "$want" | tr -d ' ')" "$point" ;;
	esac
done <"$dir/rows"
judged 10
