#!/bin/sh
# Tickets, exclusions and notes by hand: what is refused and why, what is kept, and that the
# verdict of a month that is over changes with what is entered today. Ends with "N hold, N broken".
. "$(dirname "$0")/golden.sh"

cat >"$dir/states.csv" <<'EOF'
time,state
2026-09-01T00:00:00Z,up
2026-09-10T10:00:00Z,down
2026-09-10T14:00:00Z,up
2026-10-01T00:00:00Z,up
EOF
cat >"$dir/conf" <<EOF
data-dir = "$dir/data"
centre c { timezone = "UTC"  link l { interface = "lo"  contract = "k" }  link m { interface = "lo" } }
contract k {
    availability = "99.9%"  currency = "EUR"  monthly-charge = "300.00"
    clock-start = "ticket-opened"  clock-stop = earlier
    credit down { rule = per-time  unit = "1h"  amount = "1 day" }
}
EOF
"$lw" --data "$dir/data" import states --centre c --link l "$dir/states.csv" >"$dir/out" 2>&1 ||
	{ cat "$dir/out"; exit 1; }

# says STATUS WORDS ARGUMENT…: the command ends so and says these words
says()
{
	want=$1 words=$2
	shift 2
	"$lw" -c "$dir/conf" "$@" >"$dir/out" 2>&1
	got=$?
	if [ $got -eq "$want" ] && grep -qF -e "$words" "$dir/out" &&
		{ [ "$want" -eq 0 ] || [ "$(wc -l <"$dir/out")" -eq 1 ]; }; then
		held
	else
		wrong "$*: status $got, not $want, or not \"$words\": $(head -n 3 "$dir/out")"
	fi
}

# sla FILTER WANTED: of September's verdict
sla()
{
	got=$("$lw" -c "$dir/conf" sla --link l --from 2026-09 --json | jq -c ".verdicts[0] | $1")
	if [ "$got" = "$2" ]; then
		held
	else
		wrong "sla: $1 is $got, not $2"
	fi
}

says 2 "ticket: say what" ticket
says 2 "reference is missing" ticket open --link l
says 2 "say whose it is" ticket open T1
says 2 "there are: c/l, c/m" ticket open T1 --link x
says 2 "there are: c/l, c/m" ticket list --link x
says 2 "there is none" ticket ack T1
says 2 "yet to come" ticket open T1 --link l --at 2099-01-01
says 2 "write a time" ticket open T1 --link l --at yesterday
says 2 "one line" ticket open T1 --link l --said "a
b"
sla '[.down_s, .outages[0].reason]' '[0,"no ticket"]'
sla '.clocks.measured_down_s' '14400'
sla '.clocks.lost.amount' '"40.00"'

says 0 "opened" ticket open T1 --link l --at 2026-09-10T11:30 --said "no light"
sla '[.down_s, .credits[0].amount, .entered.tickets[0]]' '[9000,"30.00","T1"]'
says 2 "before it was opened" ticket pause T1 --at 2026-09-10T11:00
says 2 "not paused" ticket resume T1 --at 2026-09-10T12:00
says 0 "paused" ticket pause T1 --at 2026-09-10T12:00
says 2 "paused already" ticket pause T1 --at 2026-09-10T12:10
says 2 "before it was paused" ticket resume T1 --at 2026-09-10T11:50
says 0 "resumed" ticket resume T1 --at 2026-09-10T13:00
sla .down_s 5400
says 0 "closed" ticket close T1 --at 2026-09-10T13:30
sla .down_s 3600
says 0 "closed" ticket close T1 --at 2026-09-10T15:00 # a correction
sla .down_s 5400
says 2 "16 hex digits" ticket link T1 zzz
says 0 '"what": "closed"' ticket list --json

says 2 "--from T and --to T" exclude add --link l --from 2026-09-10
says 2 "--reason R" exclude add --link l --from 2026-09-10 --to 2026-09-10
says 2 "maintenance or other" exclude add --link l --from 2026-09-10 --to 2026-09-10 --reason r --kind x
says 2 "after it began" exclude add --link l --from 2026-09-10 --to 2026-09-10 --reason r --announced 2026-09-11
says 0 "agreed works" exclude add --link l --from 2026-09-10T13:00 --to 2026-09-10T14:00 --reason "agreed works"
sla '[.down_s, .excluded_s, .entered.exclusions[0].reason]' '[1800,3600,"maintenance"]'
id=$("$lw" -c "$dir/conf" exclude list --json | jq '.exclusions[0].id')
says 2 "there is none" exclude remove 4711
says 0 "removed" exclude remove "$id" --reason "it was another line"
sla '[.down_s, .excluded_s]' '[5400,0]'
says 0 "No exclusion." exclude list
says 0 "hello" note add --link l hello
says 0 "hello" note list
chmod 0555 "$dir/data"
says 0 "T1" ticket list
chmod 0755 "$dir/data"
echo "not a database, whatever it is called, but long enough to be looked at as one" >"$dir/data/records.sqlite"
rm -f "$dir/data/records.sqlite-wal" "$dir/data/records.sqlite-shm"
says 1 "records.sqlite" ticket list
says 1 "records.sqlite" sla --link l --from 2026-09
judged 41
