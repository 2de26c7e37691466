#!/bin/bash
# Who may do what: the process that reads packets has no capability in any set and is not root,
# the broker alone keeps CAP_NET_RAW (CAP_NET_ADMIN where a link has a mark), the watcher has
# neither capability nor socket. Nobody can gain any.
set -u
. "$(dirname "$0")/../proof.sh"
[ "$(id -u)" -eq 0 ] || { echo "skipped: not root"; exit 77; }

# of PID FIELD: what its status says.
of() {
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

sockets() { # PID: those that lead to a network; FAMILY of each by its inode
	for fd in /proc/"$1"/fd/*; do
		readlink "$fd"
	done | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p' | while read -r inode; do
		grep -lE "(^| )$inode( |$)" /proc/"$1"/net/{icmp,icmp6,raw,raw6,udp,udp6,tcp,tcp6,packet} 2>/dev/null
	done | wc -l
}

# holds WHAT PID CAPABILITIES: effective and permitted are these, all other sets empty.
holds() {
	for set in CapInh CapAmb; do
		[ "$(of "$2" $set)" = 0000000000000000 ] || { echo "$1: $set is $(of "$2" $set)"; return 1; }
	done
	for set in CapEff CapPrm; do
		[ "$(of "$2" $set)" = "$3" ] || { echo "$1: $set is $(of "$2" $set), not $3"; return 1; }
	done
	for id in 2 3 4 5; do # real, effective, saved, of files
		[ "$(awk -v i=$id '$1 == "Uid:" { print $i }' "/proc/$2/status")" != 0 ] || {
			echo "$1: is root"
			return 1
		}
	done
	[ "$(of "$2" NoNewPrivs)" = 1 ] || [ "$(of "$2" CapBnd)" = 0000000000000000 ] || {
		echo "$1: could gain capabilities: NoNewPrivs $(of "$2" NoNewPrivs), CapBnd $(of "$2" CapBnd)"
		return 1
	}
}

look() { # MARK-OPTION BROKER'S-CAPABILITIES
	cat >"$dir/conf" <<-END
		data-dir = "$dir/data$2"
		clock = trusted
		centre k { link a { interface = e0 gateway = none $1
		    ping one { address = 10.9.0.1 }
		    tcp two { address = 10.9.0.1 port = 80 } } }
	END
	mkdir -m 777 "$dir/data$2"
	"$LW_BUILD/linkwitnessd" -c "$dir/conf" 2>"$dir/err" &
	daemon=$!
	sleep 4
	broker='' watcher=''
	for pid in $(pgrep -P $daemon); do
		case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
		*" watch "*) watcher=$pid ;;
		*) broker=$pid ;;
		esac
	done
	[ -n "$broker" ] && [ -n "$watcher" ] || { echo "not all are there: $(cat "$dir/err")"; return 1; }
	holds "the measuring process" $daemon 0000000000000000 || return 1
	holds "the broker" "$broker" "$2" || return 1
	holds "the watcher" "$watcher" 0000000000000000 || return 1
	reads=$(sockets $daemon)
	kept=$(sockets "$broker")
	watches=$(sockets "$watcher")
	maps=$(grep -cE 'librrd|libcairo|libpango' "/proc/$daemon/maps")
	stop_daemon || return 1
	echo "broker $2: the measuring process has $reads sockets of a network and no capability," \
		"the broker kept $kept, the watcher $watches"
	[ "$reads" -ge 1 ] && [ "$kept" -eq 0 ] && [ "$watches" -eq 0 ] && [ "$maps" -eq 0 ]
}

measure() {
	far_link e0 10.9.0
	look "" 0000000000002000 && look "mark = 7" 0000000000003000
}

proof 60
