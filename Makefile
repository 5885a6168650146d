# The commands of this repository. `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: build run demo-overload test test-faults soak proxy-upgrade packages compare plan-tests knee-proof calibrate scale-out fmt clean help image-check compose-check

# No build server may outlive the command that started it: "nothing is left running" counts for these too.
export MSBUILDDISABLENODEREUSE := 1
export DOTNET_CLI_USE_MSBUILD_SERVER := 0
export UseSharedCompilation := false
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

# A browser is asked for once a test project drives one.
TEST_NEEDS := dotnet node nats-server promtool nginx haproxy openssl $(if $(shell grep -l 'Include="Microsoft.Playwright"' tests/*/*.csproj),chromium)

build: ## publish the server to artifacts/wsfanout/
	@scripts/need.sh dotnet
	@# It leaves empty folders behind where temporary files go.
	@scratch="$$(mktemp -d)" && trap 'rm -rf "$$scratch"' EXIT && TMPDIR="$$scratch" dotnet publish src/WsFanout -c Release -o artifacts/wsfanout

run: build ## build, then start nats-server, the server and a feed of trades; Ctrl-C ends all
	@exec demo/run.sh

demo-overload: build ## overload a server of 0.1 cores for a minute: newcomers refused, intake paused, nothing lost; KEEP=1 goes on
	@scripts/need.sh node
	@exec demo/run.sh overload

test: ## install what the tests need (as root), run all of them, sum up
	@scripts/need.sh $(TEST_NEEDS)
	@scripts/test.sh

test-faults: ## the faults and overloads that take minutes each, not part of test (as root for real limits)
	@scripts/need.sh dotnet nats-server faketime
	@scripts/test-faults.sh

soak: build ## move 300 recorded clients between two servers for ten minutes, account for every frame; SCENARIO=gaps, crash or deaf, SEEDS=3, DURATION=60
	@scripts/need.sh node nats-server
	@exec node loadtest/faults/run.cjs $(or $(SCENARIO),moves)

proxy-upgrade: build ## upgrade the server behind nginx with TLS four times in ten minutes under 1,000 recorded clients; DURATION=60, CLIENTS=100
	@scripts/need.sh node nats-server nginx openssl
	@exec node loadtest/faults/run.cjs upgrade

scale-out: build ## one, two and three servers on one stream: CPU of brokers and servers, everybody moved, every frame accounted for, about 25 minutes; ROUNDS=1 HOLD=5 for a look
	@scripts/need.sh node
	@NATS_SERVER="$${NATS_SERVER:-$$(tests/get-nats-server.sh)}" exec node loadtest/scale-out.cjs

packages: ## say which of the plan's packages the registry can restore today
	@scripts/need.sh dotnet
	@scripts/packages.sh

compare: build ## measure this server beside five others, about 40 minutes; ONLY="direct nchan", ROUNDS=5, QUICK=1 for a look
	@scripts/need.sh node npm g++ nats-server nginx nchan
	@exec node loadtest/compare/run.cjs

plan-tests: build ## the capacity plan's four tests at full length on a server held to 1.8 cores and 1,792 MB, about 40 minutes (as root); DURATION=30 for a look
	@scripts/need.sh node nats-server
	@exec node loadtest/plan-tests.cjs

knee-proof: build ## find the limit of a server held to 0.5 cores twice, and foretell that of another one, about 20 minutes (as root)
	@scripts/need.sh node
	@exec node loadtest/knee-proof.cjs

calibrate: build ## measure what a delivery, a client and a newcomer cost on this machine, for WS_CALIBRATION, about ten minutes (as root); PUBLISH_RATE=60
	@scripts/need.sh node nats-server
	@exec node loadtest/calibrate.cjs

fmt: ## format the source
	@scripts/need.sh dotnet
	dotnet format WsFanout.sln

image-check: ## build the container image by buildah and ask what it serves (root; not part of test)
	@scripts/need.sh dotnet buildah curl
	@deploy/check-image.sh

compose-check: ## let docker-compose read the compose files (not part of test)
	@scripts/need.sh docker-compose
	@deploy/check-compose.sh

clean: ## remove everything that was built
	rm -rf artifacts
	find src tests -type d \( -name bin -o -name obj -o -name TestResults \) -prune -exec rm -rf {} +

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
