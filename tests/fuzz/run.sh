#!/bin/sh
# Every fuzz target for so many seconds: through clang's libFuzzer where there is one, else
# by our own driver. The seeds in the tree are read and never written. What a target needs
# its "Links:" lines say: files, libraries, or a folder/ for all that is in it.
#
#     tests/fuzz/run.sh [SECONDS [TARGET…]]
set -eu
top=${LW_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${LW_BUILD:-$top/build}/fuzz
seconds=${1:-60}
[ $# -gt 0 ] && shift
mkdir -p "$build"
cd "$build"

flags="-std=gnu11 -D_GNU_SOURCE -O1 -g -I$top -I${LW_BUILD:-$top/build}"
checks="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
echo 'int LLVMFuzzerTestOneInput(const char *p, long n); int LLVMFuzzerTestOneInput(const char *p, long n) { return p == 0 && n > 0; }' >probe.c
if clang -fsanitize=fuzzer probe.c -o probe 2>/dev/null; then
	engine=libFuzzer
else
	engine=driver
fi

bad=0
for source in "$top"/tests/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c)
	name=${target#fuzz_}
	case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
	parts=$(sed -n 's/^ \* Links: //p' "$source" | tr ' ' '\n' |
		sed "s|^\([a-z].*\.c\)$|$top/\1|; s|^\([a-z].*/\)$|$top/\1*.c|")
	built=yes
	mkdir -p "found/$name" "$top/tests/fuzz/corpus/$name"
	if [ $engine = libFuzzer ]; then
		# shellcheck disable=SC2086
		clang $flags $checks -fsanitize=fuzzer "$source" $parts -o "$target" >"$target.log" 2>&1 || built=no
		run="./$target -max_total_time=$seconds -max_len=8192 -print_final_stats=0
		    found/$name $top/tests/fuzz/corpus/$name"
	else
		# shellcheck disable=SC2086
		cc $flags $checks "$source" "$top/tests/fuzz/driver.c" $parts -o "$target" >"$target.log" 2>&1 || built=no
		run="./$target -t $seconds -s $(date +%s) $top/tests/fuzz/corpus/$name"
	fi
	if [ $built = no ]; then
		echo "$target: NOT BUILT, see $build/$target.log"
		tail -5 "$target.log"
		bad=1
	elif $run >"$target.log" 2>&1; then
		echo "$target: $engine, $seconds s: nothing found ($(grep -Eo 'Done [0-9]+ runs|[0-9]+ runs' "$target.log" | tail -1))"
	else
		echo "$target: $engine: FOUND something, see $build/$target.log"
		tail -30 "$target.log"
		bad=1
	fi
done
exit $bad
