#!/usr/bin/env bash
# Runs every test of the repository and sums up what ran. Called by `make test`.
#
# Leaves "N passed, N failed" in artifacts/test/summary, unless nothing ran. Ends with 0 only when everything passed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
source scripts/trx.sh

results=artifacts/test
rm -rf "$results"
mkdir -p "$results"

passed=0 failed=0 skipped=0
report=()

# A suite that ends badly without a failed test (a crash, a hang, a broken file) counts as one failure.
add() { # name, exit code, passed, failed, skipped
    local broken=0
    [ "$2" = 0 ] || [ "$4" -gt 0 ] || broken=1
    passed=$((passed + $3))
    failed=$((failed + $4 + broken))
    skipped=$((skipped + $5))
    report+=("$1: $3 passed, $(($4 + broken)) failed, $5 skipped$([ "$broken" = 0 ] || echo " (it ended with $2 before it could say what failed)")")
}

heading() { printf '\n== %s\n' "$*"; }

check_format() {
    heading "dotnet format: the text of the source"
    # Only the spaces: style and analyzers are errors of the build already, and to run them twice takes a minute.
    if dotnet format whitespace WsFanout.sln --verify-no-changes --no-restore; then
        add "format" 0 1 0 0
    else
        echo "Run 'make fmt'." >&2
        add "format" 1 0 1 0
    fi
}

run_dotnet() { # name, what dotnet test is given
    local name=$1 code total executed ok bad
    shift
    # One project at a time: two real servers under load on two cores would only measure each other.
    dotnet test "$@" -c Release --no-build -m:1 \
        --logger "trx;LogFilePrefix=result" --results-directory "$results/$name" \
        --blame-hang --blame-hang-timeout 4min --blame-hang-dump-type none
    code=$?
    total=$(count_tests total "$results/$name"/*.trx)
    executed=$(count_tests executed "$results/$name"/*.trx)
    ok=$(count_tests passed "$results/$name"/*.trx)
    bad=$((executed - ok))
    add "$name" "$code" "$ok" "$bad" $((total - executed))
}

run_node() {
    heading "node --test: the load test"
    local files=() code force=()
    mapfile -t files < <(find loadtest/test -name '*.test.*js' -type f 2> /dev/null | sort)
    if [ ${#files[@]} = 0 ]; then
        echo "No test was found in loadtest/test." >&2
        add "node" 1 0 0 0
        return
    fi
    # Node 20 was seen to spin for ever in its own clean-up at the end of a process all of whose tests had passed.
    [[ "$(node --help)" == *--test-force-exit* ]] && force=(--test-force-exit)
    # Two files at once, also where node would take one: on two cores most of them wait most of the time.
    node --test "${force[@]}" --test-concurrency=2 --test-reporter=tap "${files[@]}" | tee "$results/node.tap"
    code=${PIPESTATUS[0]}
    add "node" "$code" "$(tap_count pass)" $(($(tap_count fail) + $(tap_count cancelled))) $(($(tap_count skipped) + $(tap_count todo)))
}

tap_count() { awk -v key="$1" '$1 == "#" && $2 == key && NF == 3 { count = $3 } END { print count + 0 }' "$results/node.tap"; }

run_promtool() {
    heading "promtool: scrape configuration and alert rules"
    promtool_step check config deploy/prometheus/prometheus.yml
    promtool_step check rules deploy/prometheus/alerts.yml deploy/prometheus/alerts-operation.yml deploy/prometheus/alerts-clients.yml
    promtool_step test rules deploy/prometheus/alerts_test.yml deploy/prometheus/alerts-operation_test.yml deploy/prometheus/alerts-clients_test.yml
}

promtool_step() {
    if promtool "$@"; then add "promtool $1 $2" 0 1 0 0; else add "promtool $1 $2" 1 0 1 0; fi
}

heading "dotnet build: the solution, warnings are errors"
if dotnet build WsFanout.sln -c Release -v q -clp:NoSummary --nologo; then
    [ "${SKIP_FORMAT:-}" = 1 ] || check_format
    heading "dotnet test: the server"
    run_dotnet dotnet WsFanout.sln
    heading "dotnet test: once more on the stream way, what holds for both ways to the wire"
    WSFANOUT_TEST_TRANSPORT=stream run_dotnet stream tests/WsFanout.IntegrationTests --filter Wire=both
else
    add "build" 1 0 1 0
fi
run_node
run_promtool

heading "summary"
# Said once more at the end, where it is found: a thousand lines may have come since.
say_what_failed "$results"/{dotnet,stream}/*.trx
grep -E '^ *not ok ' "$results/node.tap" 2> /dev/null | sed 's/^ */FAILED: /'
printf '%s\n' "${report[@]}"
if [ $((passed + failed)) = 0 ]; then
    echo "No test ran." >&2
    exit 1
fi
echo "$passed passed, $failed failed" > "$results/summary"
echo "All together: $passed passed, $failed failed, $skipped skipped, $SECONDS s."
[ "$failed" = 0 ]
