#!/bin/sh
# What the commands print of histories that are imported, byte by byte; what differs each
# time (when, whose, ids that hang on it) is replaced. LW_GOLDEN=write makes the expected
# outputs anew.
. "$(dirname "$0")/golden.sh"
expected=$LW_TOP/tests/golden/expected
. "$(dirname "$0")/history.sh"

# prints NAME ARGUMENT…: the command prints what tests/golden/expected/NAME says.
prints()
{
	name=$1
	shift
	if ! "$lw" "$@" >"$dir/raw" 2>"$dir/err" || [ -s "$dir/err" ]; then
		wrong "$name: $*: $(cat "$dir/err")"
		return
	fi
	sed -E -e 's/("(generated|agent|software|root)": )"[^"]*"/\1"-"/' \
		-e 's/\b[0-9a-f]{16}\b/0123456789abcdef/g' "$dir/raw" >"$dir/got"
	[ "$LW_GOLDEN" = write ] && cp "$dir/got" "$expected/$name"
	diff -u "$expected/$name" "$dir/got" || wrong "$name: $*"
}

history 5 1 4500 "600-900.4 1800-1801.5 3000-3020" "3500-3600" | take line samples
history 5 1 4500 "600-900.4" "" | take line samples lte
history 2 1 12 "4-7" "" | take dozen samples
take states states <"$LW_TOP/tests/golden/states.csv"
cat >"$dir/conf" <<EOF
data-dir = "$dir/states"
centre victoria {
    name = "Victoria Business Centre"
    timezone = "Europe/London"
    link fibre {
        interface = "eth1"  isp = "An ISP"  contract = "fibre-2025"
        ping one { address = "192.0.2.1" }
    }
}
contract fibre-2025 { reference = "Order 1"  availability = "99.9%"  period = month }
EOF

prints outages.txt --data "$dir/line" outages
prints outages.csv --data "$dir/line" outages --csv
prints outages.json --data "$dir/line" outages --json
prints outages-clipped.json --data "$dir/line" outages --json --link lte \
	--from 2025-10-26T00:12:00Z --to 2025-10-26T00:13:00.5Z
prints sla.txt --data "$dir/line" sla
prints sla.json --data "$dir/line" sla --json --link fibre
prints sla-ses.json --data "$dir/line" sla --json --link fibre --profile ses-10-10
prints dump.csv --data "$dir/dozen" journal dump --csv
prints states.txt --data "$dir/states" outages
prints states-march.json --data "$dir/states" outages --json --from 2025-03 --to 2025-03
prints month.txt -c "$dir/conf" sla --from 2025-03 --to 2025-03
prints month.json -c "$dir/conf" sla --json --from 2025-03 --to 2025-03
prints half.txt -c "$dir/conf" sla --from 2025-03-10T08:30 --to 2025-03-20T13:15

[ $failed = 0 ]
