# The centre's side of a scenario: its configuration, the daemon, and what befalls it.
# Sourced by scenario.sh after lab.sh. LAB_DIR: where everything is written.
centre_watch=--no-watch

link_name() { # a|b: as the configuration calls it
	case $1 in a) echo "${LAB_NAME_A:-a}" ;; *) echo "${LAB_NAME_B:-b}" ;; esac
}

centre_link() { # a|b: the link's section
	n=$(lab_number "$1")
	case $1 in
	a) name="North Net" bng=203.0.113.1 core=203.0.113.17 dns=203.0.113.53 ;;
	*) name="South Net" bng=203.0.113.129 core=203.0.113.145 dns=203.0.113.181 ;;
	esac
	cat <<-END
		    link $(link_name "$1") {
		        isp       = "$name"
		        contract  = "c"
		        interface = "eth$n"
		        cpe-owner = ${cpe_owner:-isp}
		        ping bng     { address = "$bng"  role = isp }
		        ping core    { address = "$core"  role = isp }
		        ping one     { address = "192.0.2.1" }
		        ping twin    { address = "192.0.2.2" }
		        tcp  two     { address = "198.51.100.1"  port = 443 }
		        ping three   { address = "198.18.1.1" }
		        tcp  four    { address = "198.18.2.1"  port = 80 }
		        ping five    { address = "198.19.1.1" }
		        ping six     { address = "2001:db8:1001::1" }
		        tcp  seven   { address = "2001:db8:1002::1"  port = 80 }
		        dns  isp-dns { server = "$dns"  name = "www.example.com"  type = "A"  role = isp }
		        dns  public  { server = "$LAB_DNS"  name = "www.example.com"  type = "AAAA" }
	END
	[ "$1" != a ] || cat "$LAB_DIR/probes"
	echo "    }"
}

centre_config() { # LINK…
	cat <<-END
		data-dir = "$LAB_DIR/data"
		clock    = "trusted"
		user     = "$(awk 'NR == 1 { print ($3 > 1 ? "nobody" : "root") }' /proc/self/uid_map)"
		centre lab {
		    name     = "Lab Business Centre"
		    timezone = "Europe/London"
	END
	for l in "$@"; do
		centre_link "$l"
	done
	cat <<-END
		}
		contract c {
		    reference    = "Order 1"
		    availability = "99.95%"
		    period       = month
		    profile      = "event"
		}
	END
}

# Start the daemon; its pid and, once it ends, its status stand in files, since one that a
# fault kills is begun again by another shell than the one that waits.
centre_daemon() { # SECONDS
	rm -f "$LAB_DIR/status"
	(
		sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$LAB_DIR/daemon.pid" \
			"$LW_BUILD/linkwitnessd" -c "$LAB_DIR/linkwitness.conf" --for "${1}s" \
			$centre_watch >>"$LAB_DIR/daemon.out" 2>>"$LAB_DIR/daemon.err"
		echo $? >"$LAB_DIR/status"
	) &
}

centre_wait() { # until the daemon has ended; prints its status
	until [ -s "$LAB_DIR/status" ]; do
		sleep 0.2
	done
	cat "$LAB_DIR/status"
}

daemon_signal() { # SIGNAL
	kill "-$1" "$(cat "$LAB_DIR/daemon.pid")"
}

# What can be done beside the relay's lines. fault_on and fault_off KIND LINK [VALUE].
each_link() { # all|a|b
	case $1 in all) echo a b ;; *) echo "$1" ;; esac
}

cpe_off() { # the box is dead: no ARP, no address, the port still lit
	in_ns "cpe-$1" nft -f - <<-END
		table netdev dead {
			chain in { type filter hook ingress device "lan0" priority 0; policy drop; }
		}
	END
	ip -n "cpe-$1" addr del "192.168.$(lab_number "$1").1/24" dev lan0
}

cpe_on() {
	ip -n "cpe-$1" addr add "192.168.$(lab_number "$1").1/24" dev lan0
	in_ns "cpe-$1" nft delete table netdev dead
}

interface_delete() { # of a|b
	ip link del "eth$(lab_number "$1")"
}

interface_create() {
	n=$(lab_number "$1")
	ip link add name "eth$n" type veth peer name lan0 netns "cpe-$1"
	ip -n "cpe-$1" -batch - <<-END
		addr add 192.168.$n.1/24 dev lan0
		addr add 2001:db8:$n::1/64 dev lan0 nodad
		link set lan0 up
	END
	lab_lan_up "$n"
}

target_address() { # 1…5
	echo "$LAB_TARGETS" | cut -d ' ' -f "$1"
}

fault_on() {
	case $1 in
	cpe) for l in $(each_link "$2"); do cpe_off "$l" & done; wait ;;
	targets)
		lab_filter internet "in ip protocol icmp drop" \; add rule inet lab \
			"in tcp dport { 80, 443 } drop" \; add rule inet lab \
			"in ip6 nexthdr icmpv6 icmpv6 type echo-request drop"
		;;
	target) lab_filter internet "in ip daddr $(target_address "$3") drop" ;;
	addresses) lab_filter internet "in ip daddr { $3 } drop" ;;
	icmp)
		lab_filter "core-$2" "through ip protocol icmp drop" \; \
			add rule inet lab "through icmpv6 type echo-request drop"
		;;
	dns) lab_filter "core-$2" "in udp dport 53 drop" ;;
	carrier) ip -n "cpe-$2" link set lan0 down ;;
	route) # both ways lead by the other link now
		n=$(lab_number "$2")
		ip route del default dev "eth$n"
		ip route del ::/0 dev "eth$n"
		;;
	interface) interface_delete "$2" ;;
	kill) daemon_signal KILL ;;
	stop) daemon_signal TERM ;;
	links)
		centre_config a b >"$LAB_DIR/linkwitness.conf"
		daemon_signal HUP
		;;
	mistake)
		sed 's/port = 443/port = 443000/' "$LAB_DIR/linkwitness.conf" >"$LAB_DIR/bad.conf"
		cp "$LAB_DIR/linkwitness.conf" "$LAB_DIR/good.conf"
		cp "$LAB_DIR/bad.conf" "$LAB_DIR/linkwitness.conf"
		daemon_signal HUP
		;;
	esac
}

fault_off() {
	case $1 in
	cpe) for l in $(each_link "$2"); do cpe_on "$l" & done; wait ;;
	targets | target | addresses) lab_filter_off internet ;;
	icmp | dns) lab_filter_off "core-$2" ;;
	carrier) # the address of the CPE's IPv6 side goes with the link
		ip -n "cpe-$2" link set lan0 up
		ip -n "cpe-$2" addr replace "2001:db8:$(lab_number "$2")::1/64" dev lan0 nodad
		ip route replace ::/0 via "2001:db8:$(lab_number "$2")::1" \
			dev "eth$(lab_number "$2")" metric "10$(lab_number "$2")"
		;;
	route)
		n=$(lab_number "$2")
		ip route add default via "192.168.$n.1" dev "eth$n" metric "10$n"
		ip route add ::/0 via "2001:db8:$n::1" dev "eth$n" metric "10$n"
		;;
	interface) interface_create "$2" ;;
	kill | stop) centre_daemon "$((length - $3))" ;;
	esac
}
