#!/usr/bin/env bash
# Says which packages of the capacity plan, and of the tests around them, can be restored today.
#
# Each is asked for alone, in a project that is thrown away, with an empty package folder: what an earlier restore left
# on this machine doesn't count. Ends with 0 whatever the answers are.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Package, and what stands in its place as long as it can't be had.
wanted=(
    "NATS.Net|WsFanout.Nats, our own client"
    "prometheus-net.AspNetCore|System.Diagnostics.Metrics and an exporter of our own"
    "Serilog.AspNetCore|Serilog with Serilog.Extensions.Logging and Serilog.Sinks.Console"
    "Testcontainers.Nats|a fixture that starts a real nats-server"
    "Microsoft.Extensions.TimeProvider.Testing|a test clock of our own"
)

for entry in "${wanted[@]}"; do
    name=${entry%%|*}
    instead=${entry#*|}
    folder="$work/$name"
    mkdir -p "$folder"
    cat > "$folder/probe.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="$name" Version="*" /></ItemGroup>
</Project>
PROJECT
    if timeout 120 dotnet restore "$folder" --packages "$folder/packages" --no-http-cache > "$folder/log" 2>&1 < /dev/null; then
        version=$(sed -n "s|^ *\"$name/\([^\"]*\)\": {.*|\1|p" "$folder/obj/project.assets.json" | head -n 1)
        echo "yes  $name $version restores"
    else
        reason=$(grep -o -m 1 'error .*' "$folder/log" | sed 's/ \[[^]]*\]$//')
        echo "no   $name: ${reason:-no answer within 120 s} (here: $instead)"
    fi
done
