#!/bin/bash
# A link with a mark: every packet of its pings and connects carries it, and no other does.
set -u
. "$(dirname "$0")/../proof.sh"

measure() {
	far_link e0 10.9.0 far0
	far_link e1 10.9.1 far1
	nft -f - <<-END || return 1
		table inet t {
			chain out {
				type filter hook output priority 0
				oifname "e0" meta mark 7 meta l4proto { icmp, tcp } counter comment "marked"
				oifname "e0" meta mark != 7 meta l4proto { icmp, tcp } counter comment "bare"
				oifname "e1" meta mark != 0 meta l4proto { icmp, tcp } counter comment "strange"
			}
		}
	END
	cat >"$dir/conf" <<-END
		data-dir = "$dir/data"
		clock = trusted
		centre k {
		    link a { interface = e0 mark = 7 gateway = none
		        ping one { address = 10.9.0.1 }
		        tcp two { address = 10.9.0.1 port = 80 } }
		    link b { interface = e1 gateway = none
		        ping one { address = 10.9.1.1 } }
		}
	END
	mkdir -m 777 "$dir/data"
	"$LW_BUILD/linkwitnessd" -c "$dir/conf" --no-watch --for 8s || return 1
	nft list chain inet t out >"$dir/nft"
	awk '{ for (i = 1; i < NF; i++) if ($i == "packets") n = $(i + 1) }
		/"marked"/ { marked = n } /"bare"/ { bare = n } /"strange"/ { strange = n }
		END {
			printf "%d packets with the mark, %d without on that link, %d on the other\n", marked, bare, strange
			exit !(marked >= 12 && bare == 0 && strange == 0)
		}' "$dir/nft"
}

proof 60 nft
