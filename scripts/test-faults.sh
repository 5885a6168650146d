#!/usr/bin/env bash
# Runs the tests that take minutes (classes that end in LongTests) and sums up what ran. Called by `make test-faults`.
#
#   FAULTS=Overload scripts/test-faults.sh     only those with this in their name
#
# Leaves "N passed, N failed" in artifacts/test-faults/summary. Ends with 0 only when something ran and everything passed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
source scripts/trx.sh
export WSFANOUT_LONG=1

results=artifacts/test-faults
rm -rf "$results"
mkdir -p "$results"

dotnet build WsFanout.sln -c Release -v q -clp:NoSummary --nologo || exit 1

filter="FullyQualifiedName~LongTests${FAULTS:+&FullyQualifiedName~$FAULTS}"

# One test at a time: two real servers under load on two cores would only measure each other.
dotnet test tests/WsFanout.IntegrationTests -c Release --no-build --nologo --filter "$filter" \
    --logger "trx;LogFileName=result.trx" --logger "console;verbosity=normal" --results-directory "$results" \
    --blame-hang --blame-hang-timeout 10min --blame-hang-dump-type none \
    -- xUnit.MaxParallelThreads=1 xUnit.ParallelizeTestCollections=false
code=$?

# A minute of damaged transcripts for each of the broker client's fuzz tests.
NATS_FUZZ_SECONDS=60 dotnet test tests/WsFanout.Nats.Tests -c Release --no-build --nologo --filter "FullyQualifiedName~FuzzTests${FAULTS:+&FullyQualifiedName~$FAULTS}" \
    --logger "trx;LogFileName=result-nats.trx" --logger "console;verbosity=normal" --results-directory "$results" \
    -- xUnit.MaxParallelThreads=1 || code=1

total=$(count_tests total "$results"/result*.trx) executed=$(count_tests executed "$results"/result*.trx) passed=$(count_tests passed "$results"/result*.trx)
failed=$((executed - passed)) skipped=$((total - executed))

# A run that ends badly without a failed test (a crash, a hang) counts as one failure.
[ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1

printf '\n== summary\n'
say_what_was_skipped "$results"/result*.trx
say_what_failed "$results"/result*.trx
if [ $((passed + failed)) = 0 ]; then
    echo "No test ran." >&2
    exit 1
fi
echo "$passed passed, $failed failed" > "$results/summary"
echo "All together: $passed passed, $failed failed, $skipped skipped, $SECONDS s."
[ "$failed" = 0 ]
