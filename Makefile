# The runner of dynamoconn. `make` alone prints this help.

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ACTIONLINT    := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0
FUZZTIME      ?= 30s

# The packages whose fuzz targets read what comes from outside, and how many mutations of
# each seed the soak runs them with: some ten million in all.
FUZZED        := . ./internal/decimal ./internal/jsontext ./internal/transport ./dynamoconntest ./dynamoconntest/internal/expr ./dynamoconntest/internal/protocol
MUTATIONS     ?= 10000

# The modules beside the library's own, so that what they need is no dependency of it.
MODULES       := bench dynamoconntest/difftest examples/bulkload examples/opentelemetry

# Where the code must compile although no test of it runs here.
PLATFORMS     := windows/amd64 darwin/arm64 linux/386

# The build tag that sends every request with the SDK's client, and the packages whose tests send
# requests.
NODIRECT      := dynamoconn_nodirect
SENDING       := . ./internal/direct ./internal/integration ./internal/reliability ./dynamoconntest/... ./examples/...

# Empty where the race detector is missing.
RACE          ?= -race

# $(call in-each,MODULES,COMMAND) runs a command in the directory of each module.
in-each = @for module in $(1); do echo "$$module: "'$(2)'; (cd $$module && $(2)) || exit 1; done

.DEFAULT_GOAL := help
.PHONY: help run short test check lint cross vuln bench compare-faults mutants soak fuzz difftest local

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## run the quickstart: the activities on real cities; needs only Go
	go run ./examples/quickstart

short: ## run the tests in memory, which need only Go
	$(call in-each,. $(MODULES),go test -short $(RACE) -shuffle=on ./...)

# The race detector is left out of the measurements, and of what has run with it on another DynamoDB
# or on the direct way.
test: ## set up what is missing and run every test, and all in memory on the ordinary way too
	@go run ./internal/dynamodblocal/cmd/dynamodb-local fetch >/dev/null || echo "DynamoDB Local could not be fetched beforehand; the tests look for another way."
	go test -race -shuffle=on ./...
	$(call in-each,$(filter-out bench,$(MODULES)),go test -race -shuffle=on ./...)
	$(call in-each,bench,go test -shuffle=on ./...)
	go test -shuffle=on ./internal/integration -backend=memory
	go test -short -shuffle=on -tags $(NODIRECT) $(SENDING)

check: lint cross short ## what to run before each commit: linters, other platforms, tests in memory

lint: ## check the formatting and run the linters
	@files=$$(gofmt -s -l .); test -z "$$files" || { echo "not formatted: $$files" >&2; exit 1; }
	$(call in-each,. $(MODULES),go vet ./...)
	$(call in-each,. $(MODULES),go run $(GOLANGCI_LINT) run ./...)
	go run $(ACTIONLINT) -shellcheck= -pyflakes= .github/workflows/*.yml

# Compile everything, the tests too, for platforms that only the public CI has.
cross:
	@for platform in $(PLATFORMS); do for module in . $(MODULES); do echo "$$module: go vet for $$platform"; \
		(cd $$module && GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0 go vet ./...) || exit 1; done; done

# Look for known vulnerabilities in what each module uses, in a database on the network.
vuln:
	$(call in-each,. $(MODULES),go run $(GOVULNCHECK) ./...)

bench: ## compare with the raw SDK and guregu/dynamo, and dynamoconntest with DynamoDB Local
	cd bench && go run . $(BENCHFLAGS)
	go test -run '^$$' -bench . ./dynamoconntest

compare-faults: ## put one script of faults before the raw SDK, guregu/dynamo and dynamoconn
	cd bench && go test ./faults -run TestCompareFaults -count=1 -v -print $(COMPAREFLAGS)

mutants: ## put known defects back, one at a time, and see that a test fails for each (3 minutes)
	go run ./internal/mutants $(MUTANTFLAGS)

soak: ## run the proofs of reliability at full length (hours); SEED=n repeats a run
	go test ./internal/reliability -count=1 -timeout 12h -v -full $(if $(SEED),-seed $(SEED)) $(SOAKFLAGS)
	go test ./internal/integration -run '^TestQueriesEqualAModel$$' -count=1 -timeout 12h -querytables 1000 $(if $(SEED),-queryseed $(SEED))
	go test ./internal/integration -run '^TestQueriesEqualAModel$$' -count=1 -timeout 12h -querytables 1000 -backend=memory $(if $(SEED),-queryseed $(SEED))
	go test ./internal/batch -run '^TestRandomBatches$$' -count=1 -timeout 12h -v -full $(if $(SEED),-seed $(SEED))
	go test ./internal/integration -run '^TestPredicatesMeanWhatTheySay$$' -count=1 -timeout 12h -v -full -backend=memory $(if $(SEED),-seed $(SEED))
	go test ./internal/integration -run '^TestPredicatesMeanWhatTheySay$$' -count=1 -timeout 12h -v -full -backend=local $(if $(SEED),-seed $(SEED))
	go test ./examples/migrate -run '^TestNoUpdateIsLost$$' -count=1 -timeout 12h -v -full
	go test $(FUZZED) -run '^Fuzz' -count=1 -timeout 12h -v -mutations $(MUTATIONS) $(if $(SEED),-mutationseed $(SEED))

fuzz: ## run every fuzz target for FUZZTIME (30s)
	@for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

difftest: ## compare dynamoconntest with DynamoDB Local and dynoxide over 20,000 requests (10 minutes)
	go test -C dynamoconntest/difftest -run TestAgreesWithTwoServers -v -timeout 60m -seed 0 -requests 20000 $(DIFFFLAGS)

local: ## start a DynamoDB Local and print its address
	go run ./internal/dynamodblocal/cmd/dynamodb-local run
