SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo setup build test integration lab boot boot-all golden images lint fmt docs bench bench-tpm bench-seal bench-metrics bench-agent bench-operator fuzz check clean

PROGRAM := .build/debug/ll-bootimage
OUT ?= out

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## installs what it needs, builds, seals the example cluster to simulated TPMs, renders it, unseals a node, licenses agents
	@scripts/swift-build --product ll-bootimage
	@for product in ll-tpm ll-agent ll-operator-dev openbao-double; do scripts/swift-build --product $$product; done
	@scripts/demo $(OUT)

setup: ## installs Debian packages by name, unpacks trixie's podman and systemd into a cache; seconds when nothing is missing
	@scripts/setup

build: ## builds every program and test, debug
	@scripts/swift-build --build-tests

# Servers in the tests' own process and programs that are timed: beside tests that keep every thread waiting for a child they would miss their deadlines.
TIMED := ^((OpenBaoDouble|KubernetesDouble|OpenBao|NodeIdentity|NodeAgent|OperatorDev|KubernetesAPI|Kubelet|VerifiedHTTP|SystemdRuntime)Tests\.|IntegrationTests\.License)
test: setup build ## every test, those against the real tools included
	@python3 -m unittest discover -q -s scripts/tests
	@LIMIT=2400 scripts/swift-test --skip '$(TIMED)'
	@LIMIT=1200 scripts/swift-test --no-parallel --filter '$(TIMED)'

integration: setup build ## real Ignition, quadlet generator, systemd, haproxy, keepalived and OpenBao on the example cluster
	@swift test --skip-build --filter IntegrationTests
	@LL_REFERENCE=1 swift test --skip-build --filter ReferenceExporterTests
	@LL_BAO=$$(scripts/real-tools/openbao) || true; export LL_BAO; swift test --skip-build --filter RealOpenBao

LAB ?= $(or $(LL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/low-layer)/lab/cluster
lab: setup ## the boot lab's tree, the doubles' images and clusters that are sealed to simulated TPMs, in LAB (the cache)
	@scripts/lab/tree
	@for product in ll-bootimage ll-tpm ll-node ll-agent openbao-double kubernetes-double; do scripts/swift-build --product $$product; done
	@scripts/lab/desk $(LAB) $(LAB_PROGRAMS)
	@mkdir -p $(LAB)/emulated && ln -sfn ../store $(LAB)/emulated/store
	@scripts/lab/desk --event-log Tests/BootTests/Fixtures/seabios.eventlog $(LAB)/emulated $(LAB_PROGRAMS)
LAB_PROGRAMS := .build/debug .build/debug/openbao-double .build/debug/kubernetes-double

boot: setup build lab ## boots what `build` renders: three masters and a worker in containers, a worker in an emulated machine
	@LL_LAB=$(LAB) scripts/swift-test --no-parallel --filter '^BootTests\.'

boot-all: setup build lab ## every boot: a cluster's life, boots that must fail well, power cuts; about an hour
	@LL_LAB=$(LAB) LL_LAB_ALL=1 scripts/swift-test --no-parallel --filter '^(BootTests|SystemdRuntimeTests)\.'

images: ## renders the example cluster into OUT (out)
	@scripts/swift-build --product ll-bootimage
	@$(PROGRAM) build --cluster clusters/example.yaml --images images --out $(OUT) --bootstrap

golden: ## rewrites images/*/expected from the example cluster
	@scripts/swift-build --product ll-bootimage
	@scripts/golden write

check: setup ## format, lint, import rules, golden drift
	@scripts/lint
	@scripts/check-imports
	@scripts/swift-build --build-tests
	@scripts/golden check
	@echo "check: all good"

lint: ## format and house rules only
	@scripts/lint

fmt: ## formats every Swift file
	@swift format format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources/fuzz-* Fuzz/Sources/Fuzzing

docs: ## the libraries' documentation (DocC) into .build/docs; fails on an unresolved link or an undocumented symbol
	@scripts/docs

bench: setup ## whole-process benchmarks of the release build, medians
	@scripts/swift-build -c release --static-swift-stdlib --product ll-bootimage
	@swift build -c release --package-path Benchmarks --product bench
	@Benchmarks/.build/release/bench .build/release/ll-bootimage

bench-tpm: setup ## ll-tpm unseal against tpm2-tools and systemd-creds on swtpm, release build, medians
	@scripts/build-ll-tpm
	@swift build -c release --package-path Benchmarks --product bench-tpm
	@Benchmarks/.build/release/bench-tpm .build/release/ll-tpm Tests/MeasuredBootTests/Fixtures/running.eventlog 21

bench-seal: setup ## ll-bootimage seal for 250 to 2,000 nodes, release build, medians
	@scripts/swift-build -c release --static-swift-stdlib --product ll-bootimage
	@scripts/swift-build --product ll-tpm
	@scripts/bench-seal .build/release/ll-bootimage .build/debug/ll-tpm

bench-metrics: setup ## a sample of the node beside node_exporter's scrape, release build, medians; fails where a goal is missed
	@swift build -c release --static-swift-stdlib --package-path Benchmarks --product bench-metrics
	@Benchmarks/.build/release/bench-metrics

AGENT_MINUTES ?= 30
bench-agent: setup ## the agent for AGENT_MINUTES (30): memory, processor, growth, release build; fails where a goal is missed
	@scripts/swift-build -c release --static-swift-stdlib --product ll-agent
	@for product in ll-operator-dev openbao-double ll-tpm; do scripts/swift-build --product $$product; done
	@scripts/bench-agent .build/release/ll-agent .build/debug/ll-operator-dev .build/debug/openbao-double .build/debug/ll-tpm $(AGENT_MINUTES)

bench-operator: setup ## 2,000 sessions at one operator, and its restart, release build; fails where a goal is missed
	@for product in ll-operator-dev fleet-double; do scripts/swift-build -c release --static-swift-stdlib --product $$product; done
	@scripts/bench-operator .build/release/ll-operator-dev .build/release/fleet-double 2000

FUZZ_SECONDS ?= 600
fuzz: ## libFuzzer on the JSON, unit, quadlet, procfs and kubelet parsers, FUZZ_SECONDS (600) each; finds are saved and fail
	@scripts/fuzz --seconds $(FUZZ_SECONDS)

clean: ## removes what was built and rendered; the cache of setup stays
	@rm -rf .build Benchmarks/.build $(OUT)
