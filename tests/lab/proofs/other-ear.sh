#!/bin/bash
# What a capture shows need not be what this host's sockets hear. Where addresses are
# translated the wire has another identifier; and what comes in pieces the kernel puts
# together behind the capture, so that a socket hears it and a capture never. Links of both
# at a rate: every answer is heard, by whichever ear.
set -u
. "$(dirname "$0")/../proof.sh"
seconds=${LW_OTHER_EAR_S:-6}

network() {
	local i
	far_link e0 10.9.0
	far_targets 250
	seq -f '10.9.1.%.0f' 250 >"$dir/targets9"
	nft -f - <<-END
		table ip translated {
			chain post {
				type nat hook postrouting priority srcnat
				oifname e0 counter masquerade fully-random
			}
		}
	END
	ping -c 2 -i 0.2 10.9.0.1 >/dev/null # the neighbour is known
	answered_link t0 -s $((seconds + 30)) -d 5 "$@"
	targets 250
}

measure() {
	local bad=0 link n lost odd astray
	network -p || return 1
	cat >"$dir/conf" <<-END
		data-dir = "$dir/data"
		clock = trusted
		user = "root"
		centre k {
			link translated { interface = e0 gateway = none capture = all
				targets many { file = "$dir/targets9" every = 50ms timeout = 1s } }
			link pieces { interface = t0 gateway = none capture = all
				targets many { file = "$dir/targets" every = 50ms timeout = 1s } }
		}
	END
	start_daemon
	sleep "$seconds"
	stop_daemon || return 1
	kill "$answers"; wait "$answers"
	cat "$dir/err" "$dir/t0.answers"
	lw journal dump --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["outcome"] == "unsettled" || $c["probe"] !~ /^10-/ { next } # no others have a route
		{
			link = $c["link"]
			n[link]++
			lost[link] += $c["outcome"] == "lost"
			odd[link] += $c["outcome"] != "lost" && $c["outcome"] != "reply" || $c["flags"] ~ /dup|late|own-drop/
			astray[link] += $c["flags"] ~ /egress-wrong/
			if ($c["outcome"] != "reply" && shown++ < 20) print >"/dev/stderr"
		}
		END { for (l in n) print l, n[l], lost[l], odd[l], astray[l] }' >"$dir/sums"
	for link in translated pieces; do
		read -r n lost odd astray < <(sed -n "s/^$link //p" "$dir/sums")
		claim "$link: it is measured" "${n:-0}" -gt $((seconds * 4000))
		claim "$link: no answer is unheard" "${lost:-1}" -eq 0
		claim "$link: nothing is odd" "${odd:-1}" -eq 0
		claim "$link: nothing went astray" "${astray:-1}" -eq 0
	done
	echo "other ear: $(awk '{ printf "%s%s %d samples, %d lost, %d odd, %d astray", (NR > 1 ? "; " : ""), $1, $2, $3, $4, $5 }' "$dir/sums")"
	return $bad
}

proof $((seconds + 40)) nft ping /dev/net/tun
