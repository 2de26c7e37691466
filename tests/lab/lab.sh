# The lab's network: two ISPs, the Internet, and a centre with a link to each. Sourced by
# scenario.sh inside namespaces of its own; nothing of it reaches the machine's network.
#
#   centre ─eth1─ cpe-a ═access-a═ bng-a ═core-a═ core-a ═upstream-a═╗
#   (here)        .1.1   10.1.0/30   │     10.1.1/30  │   10.1.2/30   ║   five networks of targets,
#     │                     203.0.113.1    203.0.113.17 and .53 (DNS) ╟── internet   public DNS, HTTP
#     └────eth2─ cpe-b ═access-b═ bng-b ═core-b═ core-b ═upstream-b═══╝
#                .2.1   10.2.0/30   203.0.113.129     .145 and .181
#
# Double lines are lines of the relay `wan`; IPv6 runs beside on all of it. LANs are
# 192.168.1.0/24 and 192.168.2.0/24, targets 192.0.2.x, 198.51.100.x, 198.18.1.x,
# 198.18.2.x, 198.19.1.x: private, documentation and benchmark ranges only.

LAB_TARGETS="192.0.2.1 198.51.100.1 198.18.1.1 198.18.2.1 198.19.1.1"
LAB_TARGET_TWIN=192.0.2.2
LAB_TARGETS6="2001:db8:1001::1 2001:db8:1002::1"
LAB_DNS=192.0.2.53

lab_number() { # a: 1, b: 2
	case $1 in a) echo 1 ;; *) echo 2 ;; esac
}

in_ns() { # NS COMMAND…
	ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

# Every namespace forwards, answers at once, and limits nothing; IPv6 has its addresses at
# once too. (A scenario about the limits sets them itself.)
lab_tune() { # [NS]
	set -- ${1:+nsenter --net="/run/netns/$1"}
	"$@" sh -c '
	cd /proc/sys/net || exit 1
	echo 1 >ipv4/ip_forward
	echo 1 >ipv6/conf/all/forwarding
	for c in all default; do
		echo 0 >ipv4/conf/$c/rp_filter
		echo 0 >ipv4/conf/$c/send_redirects
		echo 0 >ipv6/conf/$c/accept_dad
		echo 0 >ipv6/conf/$c/accept_ra
	done
	for f in ipv4/icmp_ratelimit ipv6/icmp/ratelimit; do
		[ ! -w $f ] || echo 0 >$f
	done'
}

lab_link() { # a|b ISP-BASE: the four namespaces of one ISP; BASE is its first host
	l=$1 n=$(lab_number "$1") base=$2
	bng=203.0.113.$((base + 1)) core=203.0.113.$((base + 17)) dns=203.0.113.$((base + 53))
	for ns in cpe bng core; do
		ip netns add $ns-$l
		lab_tune $ns-$l
	done
	ip link add name eth$n type veth peer name lan0 netns cpe-$l
	lab_lan_up $n
	ip -n cpe-$l -batch - <<-END
		link set lo up
		addr add 192.168.$n.1/24 dev lan0
		addr add 2001:db8:$n::1/64 dev lan0 nodad
		link set lan0 up
		tuntap add dev access mode tun
		link set access up
		addr add 10.$n.0.2/30 dev access
		addr add 2001:db8:$n:f0::2/64 dev access nodad
		route add default via 10.$n.0.1
		route add ::/0 via 2001:db8:$n:f0::1
	END
	ip -n bng-$l -batch - <<-END
		link set lo up
		addr add $bng/32 dev lo
		addr add 2001:db8:$n:b::1/128 dev lo
		tuntap add dev access mode tun
		link set access up
		addr add 10.$n.0.1/30 dev access
		addr add 2001:db8:$n:f0::1/64 dev access nodad
		tuntap add dev core mode tun
		link set core up
		addr add 10.$n.1.1/30 dev core
		addr add 2001:db8:$n:f1::1/64 dev core nodad
		route add 192.168.$n.0/24 via 10.$n.0.2
		route add default via 10.$n.1.2
		route add 2001:db8:$n::/64 via 2001:db8:$n:f0::2
		route add ::/0 via 2001:db8:$n:f1::2
	END
	ip -n core-$l -batch - <<-END
		link set lo up
		addr add $core/32 dev lo
		addr add $dns/32 dev lo
		addr add 2001:db8:$n:c::1/128 dev lo
		addr add 2001:db8:$n:c::53/128 dev lo
		tuntap add dev core mode tun
		link set core up
		addr add 10.$n.1.2/30 dev core
		addr add 2001:db8:$n:f1::2/64 dev core nodad
		tuntap add dev upstream mode tun
		link set upstream up
		addr add 10.$n.2.1/30 dev upstream
		addr add 2001:db8:$n:f2::1/64 dev upstream nodad
		route add 192.168.$n.0/24 via 10.$n.1.1
		route add $bng/32 via 10.$n.1.1
		route add default via 10.$n.2.2
		route add 2001:db8:$n::/64 via 2001:db8:$n:f1::1
		route add 2001:db8:$n:b::1/128 via 2001:db8:$n:f1::1
		route add ::/0 via 2001:db8:$n:f2::2
	END
	ip -n internet -batch - <<-END
		tuntap add dev isp-$l mode tun
		link set isp-$l up
		addr add 10.$n.2.2/30 dev isp-$l
		addr add 2001:db8:$n:f2::2/64 dev isp-$l nodad
		route add 192.168.$n.0/24 via 10.$n.2.1
		route add 203.0.113.$base/25 via 10.$n.2.1
		route add 2001:db8:$n::/48 via 2001:db8:$n:f2::1
	END
}

# The centre's own side of a link: addresses and default routes, as DHCP would leave them.
lab_lan_up() { # 1|2
	ip -batch - <<-END
		addr add 192.168.$1.10/24 dev eth$1
		addr add 2001:db8:$1::10/64 dev eth$1 nodad
		link set eth$1 up
		route add default via 192.168.$1.1 dev eth$1 metric 10$1
		route add ::/0 via 2001:db8:$1::1 dev eth$1 metric 10$1
	END
}

lab_internet() {
	ip netns add internet
	lab_tune internet
	{
		echo link set lo up
		for a in $LAB_TARGETS $LAB_TARGET_TWIN $LAB_DNS; do
			echo addr add "$a/32" dev lo
		done
		for a in $LAB_TARGETS6; do
			echo addr add "$a/128" dev lo
		done
	} | ip -n internet -batch -
}

lab_nsd() { # NS ADDRESS…: a name server for example.com in NS
	ns=$1
	shift
	d=$LAB_DIR/nsd-$ns
	mkdir -p "$d"
	cat >"$d/example.com.zone" <<-END
		\$ORIGIN example.com.
		\$TTL 60
		@ SOA ns hostmaster 1 3600 600 86400 60
		@ NS ns
		ns A $LAB_DNS
		@ A 192.0.2.1
		www A 192.0.2.1
		www AAAA 2001:db8:1001::1
		speed A 198.18.1.1
	END
	{
		echo "server:"
		for a in "$@"; do
			echo "  ip-address: $a"
		done
		cat <<-END
			  username: ""
			  chroot: ""
			  zonesdir: "$d"
			  database: ""
			  zonelistfile: "$d/zone.list"
			  xfrdfile: "$d/xfrd.state"
			  xfrdir: "$d"
			  pidfile: "$d/nsd.pid"
			  logfile: "$d/nsd.log"
			  server-count: 1
			  rrl-ratelimit: 0
			remote-control:
			  control-enable: no
			zone:
			  name: example.com
			  zonefile: "$d/example.com.zone"
		END
	} >"$d/nsd.conf"
	in_ns "$ns" nsd -d -c "$d/nsd.conf" >"$d/out" 2>&1 &
}

lab_http() { # nginx in the Internet, one bounded file
	d=$LAB_DIR/nginx
	mkdir -p "$d/root"
	head -c 262144 /dev/zero >"$d/root/256k.bin"
	cat >"$d/nginx.conf" <<-END
		daemon off;
		user root;
		worker_processes 1;
		pid $d/pid;
		error_log $d/error.log;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $d/b;
			proxy_temp_path $d/p;
			fastcgi_temp_path $d/f;
			uwsgi_temp_path $d/u;
			scgi_temp_path $d/s;
			server {
				listen 80;
				listen 443;
				listen [::]:80;
				root $d/root;
			}
		}
	END
	in_ns internet nginx -e "$d/error.log" -c "$d/nginx.conf" >"$d/out" 2>&1 &
}

lab_filter() { # NS RULE…: an nft rule in NS; lab_filter_off takes all of them away
	ns=$1
	shift
	in_ns "$ns" nft -f - <<-END
		table inet lab {
			chain in { type filter hook input priority 0; }
			chain through { type filter hook forward priority 0; }
		}
		add rule inet lab $*
	END
}

lab_filter_off() { # NS
	in_ns "$1" nft delete table inet lab
}

lab_wan() { # SCHEDULE TRUTH SECONDS: the relay, waiting for USR1; sets LAB_WAN
	lines=
	for l in a b; do
		lines="$lines access-$l=cpe-$l:access,bng-$l:access core-$l=bng-$l:core,core-$l:core"
		lines="$lines upstream-$l=core-$l:upstream,internet:isp-$l"
	done
	"$LAB_RELAY" -s "$1" -t "$2" -f "$3" ${LAB_PACKETS:+-p "$LAB_PACKETS"} -w $lines &
	LAB_WAN=$!
}

# The whole of it. LAB_DIR, a directory for all that is written, and LW_BUILD are seen as
# /run/lab and /run/build from here on: the daemon is nobody, who may not enter a home.
lab_up() {
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns /run/lab /run/build
	mount --bind "$LAB_DIR" /run/lab
	mount --bind "$LW_BUILD" /run/build
	LAB_DIR=/run/lab LW_BUILD=/run/build
	echo "nameserver $LAB_DNS" >"$LAB_DIR/resolv.conf"
	mount --bind "$LAB_DIR/resolv.conf" "$(readlink -f /etc/resolv.conf)"
	lab_tune
	ip link set lo up
	lab_internet
	lab_link a 0
	lab_link b 128
	lab_nsd core-a 203.0.113.53 2001:db8:1:c::53
	lab_nsd core-b 203.0.113.181 2001:db8:2:c::53
	lab_nsd internet $LAB_DNS
	lab_http
}

# Neighbours known, every address usable: what happens next is the scenario's doing.
lab_warm() {
	warm=
	for n in 1 2; do
		ping -c 3 -i 0.2 -W 1 -q -I eth$n 192.168.$n.1 >/dev/null 2>&1 &
		warm="$warm $!"
		ping -c 3 -i 0.2 -W 1 -q -I eth$n 2001:db8:$n::1 >/dev/null 2>&1 &
		warm="$warm $!"
	done
	wait $warm
}
