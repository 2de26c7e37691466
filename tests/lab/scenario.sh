#!/bin/sh
# One scenario of the lab: scenario.sh FILE.scn DIR, run by suite.sh in namespaces of its own.
# Builds the network, measures it with the real daemon while the faults happen, judges, and
# compares with the truth. Leaves DIR/rows, a table row or more, and exits 0 if it held.
#
# A scenario is the claim and what differs from a clean minute:
#	length 75                        seconds of measuring
#	fault KIND LINK [VALUE] at T [for D]   LINK a, b or all; seconds
#	  on the relay's lines: access core upstream (blackout), loss P%, delay T, stall, jitter T,
#	  reorder P%; by other means: cpe dns targets target N, addresses A,B,…, icmp carrier
#	  interface route kill stop links mistake
#	probe …                          one more probe of link a
#	gateway-silent, cpe-owner WHO, links a
#	expect outage LINK ATTRIBUTION [open] [hole] [not-counted]   the next fault of that link
#	expect blip LINK                 found as the printed rule says
#	expect degradation LINK KIND [SLACK]
#	expect unknown LINK REASON SECONDS
#	expect samples LINK              it was measured at the end
#	expect complaint                 the daemon said what is wrong with its file
#	expect loss LINK                 say how much
#	expect path LINK HOPS LAST       so many before the outage, the last that answers during it
#	allow-degradations
# Whatever is not expected must not be found; coverage is above 0.99 unless unknown time is;
# where the relay alone is at work, the pings lost are those it dropped, to the packet.
set -u
file=$1
LAB_DIR=$2
here=$(cd "$(dirname "$0")" && pwd)
: "${LW_BUILD:=$(cd "$here/../.." && pwd)/build}"
LAB_RELAY=${LAB_RELAY:-$LW_BUILD/tests/lab/wan}
LAB_PACKETS=$LAB_DIR/packets
. "$here/lab.sh"
. "$here/centre.sh"

length=75 cpe_owner=isp links="a b" silent="" n_faults=0
: >"$LAB_DIR/faults"
: >"$LAB_DIR/expects"
: >"$LAB_DIR/probes"
: >"$LAB_DIR/acts"
cat >"$LAB_DIR/schedule" <<-END
	seed ${LAB_SEED:-1}
	access-a delay 4ms
	access-a jitter 1ms
	core-a delay 0.5ms
	upstream-a delay 3ms
	access-b delay 7ms
	access-b jitter 2ms
	core-b delay 1ms
	upstream-b delay 5ms
END

schedule() { # LINK LINE [WAY] WORDS: on the line of that link, or of both
	for l in $(each_link "$1"); do
		printf '%s-%s %s at %ss for %ss\n' "$2" "$l" "$3" "$at" "$for"
	done >>"$LAB_DIR/schedule"
}

fault_read() { # KIND LINK [VALUE] at T [for D]
	kind=$1 link=$2 value='' at='' for=0
	shift 2
	[ "$1" = at ] || { value=$1; shift; }
	at=$2
	[ $# -lt 4 ] || for=$4
	case $kind in
	access | core | upstream) schedule "$link" "$kind" blackout ;;
	stall) schedule "$link" access hold ;;
	loss) schedule "$link" access "up loss $value" ;;
	delay | jitter | reorder) schedule "$link" access "down $kind $value" ;;
	*) echo "$kind $link ${value:-0} $at $for" >>"$LAB_DIR/acts" ;;
	esac
	printf '{"kind":"%s","link":"%s","value":"%s","at":%s,"for":%s}\n' \
		"$kind" "$link" "$value" "$at" "$for" >>"$LAB_DIR/faults"
}

expect_read() { # KIND [LINK] [WORD] [MARK…]
	printf '{"expect":"%s","link":"%s","word":"%s","marks":"%s"}\n' \
		"$1" "${2:-}" "${3:-}" "${4:-} ${5:-}" >>"$LAB_DIR/expects"
}

while read -r word rest; do
	case $word in
	'#'* | '') ;;
	length) length=$rest ;;
	links) links=$rest ;;
	cpe-owner) cpe_owner=$rest ;;
	gateway-silent) silent=1 ;;
	allow-degradations) expect_read allow-degradations ;;
	probe) echo "        $rest" >>"$LAB_DIR/probes" ;;
	fault) fault_read $rest ;;
	expect) expect_read $rest ;;
	*) echo "$file: $word: no such word" >&2; exit 2 ;;
	esac
done <"$file"

now() {
	date +%s.%N
}

until_ns() { # sleep until T0 + seconds
	sleep "$(awk -v t0="$t0" -v at="$1" -v now="$(now)" \
		'BEGIN { s = t0 + at - now; printf "%.3f", (s > 0 ? s : 0) }')"
}

# One fault that the relay does not make: it happens between two readings of the clock.
act() { # KIND LINK VALUE AT FOR
	until_ns "$4"
	before=$(now)
	fault_on "$1" "$2" "$3"
	after=$(now)
	end=null end_slop=0
	if [ "$5" != 0 ]; then
		until_ns "$(($4 + $5))"
		b2=$(now)
		fault_off "$1" "$2" "$(($4 + $5))"
		end=$(now)
		end_slop=$(awk -v a="$b2" -v b="$end" 'BEGIN { printf "%.6f", b - a }')
	fi
	printf '{"what":"%s","line":"-%s","from":%s,"slop_s":%s,"to":%s,"end_slop_s":%s}\n' \
		"$1" "$2" "$before" \
		"$(awk -v a="$before" -v b="$after" 'BEGIN { printf "%.6f", b - a }')" \
		"$end" "$end_slop" >>"$LAB_DIR/truth-acts"
}

lab_up
centre_config $links >"$LAB_DIR/linkwitness.conf"
lab_wan "$LAB_DIR/schedule" "$LAB_DIR/truth-wan" $((length + 15))
: >"$LAB_DIR/truth-acts"
lab_warm
[ -z "$silent" ] || for l in a b; do
	lab_filter "cpe-$l" "in icmp type echo-request drop"
done
centre_daemon "$length"
kill -USR1 "$LAB_WAN"
t0=$(now)
acts=
while read -r kind link value at for; do
	act "$kind" "$link" "$value" "$at" "$for" </dev/null &
	acts="$acts $!"
done <"$LAB_DIR/acts"
for pid in $acts; do
	wait "$pid"
done
status=$(centre_wait)
until_ns "$length"
kill -TERM "$LAB_WAN"
wait "$LAB_WAN"
[ ! -f "$LAB_DIR/good.conf" ] || cp "$LAB_DIR/good.conf" "$LAB_DIR/linkwitness.conf"
"$LW_BUILD/linkwitness" -c "$LAB_DIR/linkwitness.conf" outages --json \
	>"$LAB_DIR/outages.json" 2>"$LAB_DIR/outages.err" || status="outages: $(cat "$LAB_DIR/outages.err")"
"$LW_BUILD/linkwitness" -c "$LAB_DIR/linkwitness.conf" journal dump --csv \
	>"$LAB_DIR/samples.csv" 2>>"$LAB_DIR/outages.err"
"$LW_BUILD/linkwitness" -c "$LAB_DIR/linkwitness.conf" journal verify \
	>"$LAB_DIR/verify.out" 2>&1 || status="journal verify failed"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
	{ n[$c["link"]]++; last[$c["link"]] = $c["time"]
	  if ($c["outcome"] == "reply") reply[$c["link"]] = $c["time"] }
	END { for (l in n) printf "{\"link\":\"%s\",\"n\":%d,\"last\":\"%s\",\"reply\":\"%s\"}\n",
		l, n[l], last[l], reply[l] }' "$LAB_DIR/samples.csv" >"$LAB_DIR/samples.json"

# What the relay dropped of the pings, and what the journal lost of them: the same packets,
# where nothing but the relay is at work.
pings_count() { # LINK
	# Echo requests alone: an error of our kernel's about something else is no ping.
	awk -v l="-$1\$" '
		$2 ~ l && ($5 == "proto=1" && $6 == "length=84" || $5 == "proto=58" && $6 == "length=104") &&
			$7 != "passed" { n++ }
		END { printf "%d ", n }' "$LAB_DIR/packets"
	awk -F, -v l="$1" 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["link"] == l && $c["kind"] == "ping" && $c["role"] != "gateway" { n[$c["outcome"]]++ }
		END { print n["lost"] + 0, n["unsettled"] + 0 }' "$LAB_DIR/samples.csv"
}
for l in a b; do
	echo "$l $(pings_count "$l")"
done | awk -v exact="$({ [ -s "$LAB_DIR/acts" ] || grep -q ping "$LAB_DIR/probes"; } && echo false || echo true)" '{
	printf "{\"link\":\"%s\",\"dropped\":%d,\"lost\":%d,\"unsettled\":%d,\"exact\":%s}\n",
		$1, $2, $3, $4, exact }' >"$LAB_DIR/pings.json"

name=$(basename "$file" .scn)
jq -nr --arg name "$name" --arg status "$status" --argjson t0 "$t0" --argjson length "$length" \
	--rawfile complaints "$LAB_DIR/daemon.err" --slurpfile found "$LAB_DIR/outages.json" \
	--slurpfile wan "$LAB_DIR/truth-wan" --slurpfile acts "$LAB_DIR/truth-acts" \
	--slurpfile expects "$LAB_DIR/expects" --slurpfile samples "$LAB_DIR/samples.json" \
	--slurpfile pings "$LAB_DIR/pings.json" \
	-f "$here/compare.jq" >"$LAB_DIR/rows" 2>"$LAB_DIR/compare.err" || {
	echo "$name | NOT OK: $(head -n 1 "$LAB_DIR/compare.err")" >"$LAB_DIR/rows"
	exit 1
}
! grep -q 'NOT OK' "$LAB_DIR/rows"
