# shellcheck shell=sh disable=SC2034
# What the golden tests share: the program, what else they need of the machine, a folder of
# their own, and the count of what held and what did not. Sourced at the head of each.
#
#	LW_KEEP=DIR     that folder, which stays
: "${LW_TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${LW_BUILD:=$LW_TOP/build}"
case $LW_BUILD in
/*) ;;
*) LW_BUILD=$PWD/$LW_BUILD ;;
esac
lw=$LW_BUILD/linkwitness
hold=0 failed=0

if [ -n "${LW_KEEP:-}" ]; then
	dir=$LW_KEEP
	mkdir -p "$dir" || exit 1
else
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
fi

# needs TOOL…: or the test is skipped
needs()
{
	for tool in "$@"; do
		command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
	done
}

held()
{
	hold=$((hold + 1))
}

wrong()
{
	failed=$((failed + 1))
	echo "FAILED: $*"
}

# judged [LEAST]: the last line, and whether all held, so many at least
judged()
{
	echo "$hold hold, $failed broken"
	[ $failed -eq 0 ] && [ $hold -ge "${1:-0}" ]
}
