#!/usr/bin/env bash
# Runs the tests that take minutes (classes that end in LongTests) and sums up what ran. Called by `make test-faults`.
#
#   FAULTS=Overload scripts/test-faults.sh     only those with this in their name
#
# Leaves "N passed, N failed" in artifacts/test-faults/summary. Ends with 0 only when something ran and everything passed.
set -uo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
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

counters=$(grep -o '<Counters [^>]*>' "$results/result.trx" 2> /dev/null)
count() { grep -o " $1=\"[0-9]*\"" <<< "$counters" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'; }
total=$(count total) executed=$(count executed) passed=$(count passed)
failed=$((executed - passed)) skipped=$((total - executed))

# A run that ends badly without a failed test (a crash, a hang) counts as one failure.
[ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1

printf '\n== summary\n'
results_of() { grep -o "<UnitTestResult [^>]*outcome=\"$1\"[^>]*>" "$results/result.trx" 2> /dev/null | grep -o 'testName="[^"]*"' | sed "s/^testName=\"\(.*\)\"$/$2: \1/"; }
results_of NotExecuted SKIPPED
results_of Failed FAILED
if [ $((passed + failed)) = 0 ]; then
    echo "No test ran." >&2
    exit 1
fi
echo "$passed passed, $failed failed" > "$results/summary"
echo "All together: $passed passed, $failed failed, $skipped skipped, $SECONDS s."
[ "$failed" = 0 ]
