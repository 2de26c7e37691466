#!/bin/bash
# A link with a mark: every packet of its pings and connects carries it, and no other does.
set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${LW_BUILD:=$(cd "$here/../../.." && pwd)/build}"

measure() { # DIR: inside of the namespaces
	dir=$1
	mount --make-rprivate /
	mkdir -p /run/netns
	mount -t tmpfs none /run/netns
	echo "nameserver 127.0.0.1" >"$dir/resolv.conf"
	mount --bind "$dir/resolv.conf" /etc/resolv.conf
	ip link set lo up
	for k in 0 1; do
		ip netns add "far$k"
		ip link add "e$k" type veth peer name e0 netns "far$k"
		ip addr add "10.9.$k.2/24" dev "e$k"
		ip link set "e$k" up
		ip -n "far$k" addr add "10.9.$k.1/24" dev e0
		ip -n "far$k" link set e0 up
	done
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

if [ "${1:-}" = inside ]; then
	measure "$2"
	exit $?
fi
if ! unshare -nmp --fork true 2>/dev/null || ! command -v nft >/dev/null; then
	echo "skipped: no network namespaces for this user, or no nft"
	exit 77
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/linkwitness-mark.XXXXXX")
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
timeout -k 5 60 unshare -nmp --fork --mount-proc --kill-child "$0" inside "$work"
