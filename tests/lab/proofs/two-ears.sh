#!/bin/bash
# A busy socket leaves its replies to the capture, and hears itself again when that ends: a
# reload opens and closes captures under a run at rate, IPv4 and IPv6, whose line gives
# answers twice and never. Each sample is what the line did, however often ears change; and
# that the capture does hear is shown by a filter of this host that lets no reply to sockets.
set -u
. "$(dirname "$0")/../proof.sh"
reloads=${LW_EARS_RELOADS:-14}

network() {
	far_link e0 10.9.0
	ip -6 addr add fd09::2/64 dev e0 nodad
	ip -n far -6 addr add fd09::1/64 dev e0 nodad
	ip -n far -6 route add local fd09:1::/64 dev lo
	ip -6 route add fd09:1::/64 via fd09::1
	for i in $(seq 300); do printf 'fd09:1::%x\n' "$i"; done >"$dir/targets6"
	nft -f - <<-END
		table inet ears {
			chain input { type filter hook input priority 0; }
			chain deaf {
				icmp type echo-reply counter drop
				icmpv6 type echo-reply counter drop
			}
		}
	END
}

links() { # CAPTURE
	cat >"$dir/conf" <<-END
		data-dir = "$dir/data"
		clock = trusted
		user = "root"
		centre k {
			link four { interface = t0 gateway = none capture = $1
				ping one { address = 10.250.0.1 every = 1s role = internet }
				targets many { file = "$dir/targets" every = 100ms timeout = 1s } }
			link six { interface = e0 gateway = none capture = $1
				ping one { address = fd09:1::ffff every = 1s role = internet }
				targets many { file = "$dir/targets6" every = 100ms timeout = 1s } }
		}
	END
}

measure() {
	local i bad=0 deaf
	network
	answered_link t0 -s $((reloads + 60)) -d 5 -u 50 -l 20 -o "$dir/truth"
	targets 300
	links all
	start_daemon
	sleep 3
	for i in $(seq "$reloads"); do
		links "$([ $((i % 2)) -eq 0 ] && echo all || echo none)"
		kill -HUP "$daemon"
		sleep 0.8
	done
	sleep 2
	deaf=$(cut -d ' ' -f 1 /proc/uptime)
	nft add rule inet ears input jump deaf
	sleep 2
	dropped=$(nft -j list chain inet ears deaf | jq '[.. | .counter? // empty | .packets] | add')
	nft flush chain inet ears input
	sleep 2
	stop_daemon || return 1
	kill "$answers"; wait "$answers"
	cat "$dir/t0.answers" "$dir/err"
	stats || return 1
	lw journal verify >/dev/null || { echo "NOT: the journal verifies"; bad=1; }
	lw journal dump --csv >"$dir/dump"
	awk -F, -v deaf="$deaf" 'FNR == NR { split($0, t, " "); k = t[1] " " t[2]; copies[k] = t[4]; next }
		FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{
			outcome = $c["outcome"]; flags = $c["flags"]
			if ($c["probe"] == "one" || outcome == "unsettled") next
			if (flags ~ /own-drop/) own++
			if (flags ~ /egress-wrong/) astray++
			at = $c["boot_ns"] / 1e9
			if (outcome == "reply" && at > deaf + 0.1 && at < deaf + 1.5) hidden++
			if ($c["link"] == "six") {
				six++
				if (outcome != "reply" || flags ~ /dup|late/) { odd++; print "six: " $0 >"/dev/stderr" }
				next
			}
			a = $c["probe"]
			gsub(/-/, ".", a)
			k = a " " $c["seq"] % 65536
			if (!(k in copies)) { unknown++; print "unknown: " $0 >"/dev/stderr"; next }
			if (flags ~ /dup/) { dup[k]++; n_dup++; if (copies[k] < 2) false_dup++ }
			else if (flags ~ /late/) late++
			else if (outcome == "reply") { four++; reply[k]++; if (copies[k] < 1) invented++ }
			else if (outcome == "lost") { lost++; if (copies[k] > 0) { silent++; print "answered, but: " $0 >"/dev/stderr" } }
			else odd++
		}
		END {
			for (k in copies) if (copies[k] == 2 && reply[k] && !dup[k]) missed_dup++
			for (k in dup) if (dup[k] > 1) twice++
			print four + 0, six + 0, lost + 0, n_dup + 0, late + 0, own + 0, astray + 0, unknown + 0, invented + 0, silent + 0, odd + 0, false_dup + 0, missed_dup + 0, twice + 0, hidden + 0
		}' "$dir/truth" "$dir/dump" >"$dir/sums"
	cat "$dir/sums"
	read -r four six lost dup late own astray unknown invented silent odd false_dup missed_dup twice hidden <"$dir/sums"
	claim "replies are there" "$four" -gt 20000
	claim "of IPv6 too, and nothing else" "$six" -gt 20000
	claim "losses of the line's are there" "$lost" -gt 100
	claim "no answer is unheard" "$silent" -eq 0
	claim "none is invented" "$((unknown + invented))" -eq 0
	claim "nothing is late or odd" "$((late + odd))" -eq 0
	claim "no drop is ours" "$own" -eq 0
	claim "nothing went astray" "$astray" -eq 0
	claim "no duplicate is invented" "$false_dup" -eq 0
	claim "each is told once" "$twice" -eq 0
	claim "none is missed but at the end" "$missed_dup" -le 20
	claim "replies were kept from the sockets" "$dropped" -gt 5000
	claim "and heard all the same" "$hidden" -gt 5000
	echo "two ears: $reloads reloads, $four replies of IPv4 and $six of IPv6, $dup twice as the line did and $lost lost" \
		"as it did; $dropped replies kept from the sockets by a filter, $hidden of such sendings heard"
	return $bad
}

proof $((reloads * 2 + 60)) nft /dev/net/tun
