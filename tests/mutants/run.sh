#!/bin/bash
# Faults put into the analyzer and the engine on purpose: each line of the list is a file, what is wrong
# with it, the unit test that must catch it (with the seed of a history that shows it, if
# few do), and a sed expression. The test must hold without the fault and fail with it; a
# fault that no longer applies is one of ours.
# Ends with "N mutants, N caught".
set -u
top=${LW_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 1
flags="-std=gnu11 -D_GNU_SOURCE -O1 -w -I$work/src -I$top -I${LW_BUILD:-$top/build}"
libs="-lconfuse -lcrypto -lzstd -lcmocka -lm"
# Few histories do: each fault shows in most of them.
export LW_ROUNDS=${LW_ROUNDS:-10}
mkdir -p "$work/src/analyzer" "$work/src/collector" "$work/o"

object() { echo "$work/o/$(echo "$1" | tr / _).o"; }

# Compile FILE, or of a header all that include it, in place of what stands there.
compile() {
	local f
	for f in $(case $1 in *.h) grep -l "^#include \"$1\"" analyzer/*.c ;; *) echo "$1" ;; esac); do
		# shellcheck disable=SC2086
		cc $flags -c "$([ "$f" = "$1" ] && echo "$work/src/$f" || echo "$f")" \
			-o "$(object "$f")" 2>"$work/cc.log" || return 1
	done
}

# Everything once, unchanged; then only the file with the fault is compiled anew.
for f in analyzer/*.c base/*.c config/*.c collector/engine.c collector/hearing.c collector/wheel.c tests/unit/feed.c; do
	# shellcheck disable=SC2086
	cc $flags -c "$f" -o "$(object "$f")" || exit 1
done
cp -r "$work/o" "$work/kept"
sed -e '/^#/d' -e '/^ *$/d' tests/mutants/list >"$work/list"
for t in $(awk -F ' [|] ' '{ sub(/ .*/, "", $3); print $3 }' "$work/list" | sort -u); do
	# shellcheck disable=SC2086
	cc $flags -c "tests/unit/test_$t.c" -o "$work/o/test_$t.o" || exit 1
	cc "$work/o/test_$t.o" "$work"/o/*_*.c.o $libs -o "$work/test_$t" || exit 1
	timeout 120 "$work/test_$t" >"$work/$t.log" 2>&1 ||
		{ echo "test_$t fails without a fault"; tail -5 "$work/$t.log"; exit 1; }
done

n=0 caught=0
while IFS= read -r line; do
	file=${line%% | *} rest=${line#* | }
	what=${rest%% | *} rest=${rest#* | }
	test=${rest%% | *} change=${rest#* | }
	seed=$(echo "$test" | sed -n 's/^[^ ]* //p') test=${test%% *}
	n=$((n + 1))
	sed "$change" "$file" >"$work/src/$file"
	if cmp -s "$file" "$work/src/$file"; then
		echo "does not apply any more: $file: $what"
		continue
	fi
	if ! compile "$file"; then
		echo "does not compile: $file: $what"
	else
		cc "$work/o/test_$test.o" "$work"/o/*_*.c.o $libs -o "$work/mutant" &&
			env ${seed:+LW_SEED="$seed"} timeout 120 "$work/mutant" >"$work/log" 2>&1
		if [ $? -eq 0 ]; then
			echo "survives test_$test: $file: $what"
		else
			caught=$((caught + 1))
		fi
	fi
	cp "$work/kept/"*.o "$work/o/"
	rm -f "$work/src/$file"
done <"$work/list"
echo "$n mutants, $caught caught"
[ "$n" -eq "$caught" ] && [ "$n" -ge 10 ]
