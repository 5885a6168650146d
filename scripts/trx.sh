# shellcheck shell=bash
# Reads what `dotnet test` leaves behind with its trx logger. Sourced by the scripts that run tests.

# The sum of an attribute (total, executed, passed) over all files; 0 when there is none.
count_tests() { # attribute, files
    local attribute=$1
    shift
    cat "$@" 2> /dev/null | grep -o '<Counters [^>]*>' | grep -o " $attribute=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

# Every failed test with the beginning of its message.
say_what_failed() { # files
    cat "$@" 2> /dev/null | awk -v most=12 '
        function said(line) {
            gsub(/<\/?Message>/, "", line); sub(/^ +/, "", line)
            gsub(/&lt;/, "<", line); gsub(/&gt;/, ">", line); gsub(/&quot;/, "\"", line); gsub(/&amp;/, "\\&", line); gsub(/&#x[0-9A-F]+;/, "", line)
            return substr(line, 1, 400)
        }
        /<UnitTestResult / { failed = /outcome="Failed"/; if (failed) { match($0, /testName="[^"]*"/); print "FAILED: " said(substr($0, RSTART + 10, RLENGTH - 11)) } }
        failed && /<Message>/ { inside = 1; lines = 0 }
        inside && lines++ < most { print "  " said($0) }
        /<\/Message>/ { inside = 0 }'
}

# Names of tests that were not run.
say_what_was_skipped() { # files
    cat "$@" 2> /dev/null | grep -o '<UnitTestResult [^>]*outcome="NotExecuted"[^>]*>' | grep -o 'testName="[^"]*"' | sed 's/^testName="\(.*\)"$/SKIPPED: \1/'
}
