# Three commands: make demo, make test, make test-train. Each sets up what it needs in a virtual
# environment inside the checkout; a second call starts at once. Nothing outside is changed.
#
#   make demo PYTHON=python3.12                  another Python (3.10 or newer)
#   make demo VENV_ARGS=--system-site-packages   use an onnxruntime that the system already has
#   make test-train TORCH='torch==2.13.0 --index-url URL'

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV_ARGS ?=
DEMO_ARGS ?=
PYTEST_ARGS ?=

# Relative on purpose: make cannot name a target whose path has a space, a checkout may have one.
VENV := .venv
TRAIN_VENV := .venv-train
PIP_FLAGS := --disable-pip-version-check --quiet
SETUP := setup.py setup.cfg pyproject.toml
COMMA := ,

.PHONY: help
help:
	@echo 'make demo        replay the sample bag through the shipped model, then show where the report is'
	@echo 'make test        lint, types and tests; no torch'
	@echo 'make test-train  the tests that need torch and transformers'
	@echo 'make coverage    the tests again, slower, with the lines that none of them runs'
	@echo 'make format      let ruff rewrite the tree'
	@echo 'make clean       remove the virtual environments and caches'

.PHONY: demo
demo: $(VENV)/.runnable
	@$(VENV)/bin/vlm-driving demo $(DEMO_ARGS)

.PHONY: test
test: $(VENV)/.testable
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest -m 'not train' $(PYTEST_ARGS)

.PHONY: coverage
coverage: $(VENV)/.testable
	$(VENV)/bin/python -m pytest -m 'not train' --cov --cov-report= $(PYTEST_ARGS)
	$(VENV)/bin/python -m coverage report --omit='vlm_driving/training/*'

.PHONY: test-train
test-train: $(TRAIN_VENV)/.testable
	$(TRAIN_VENV)/bin/python -m pytest -m train --cov=vlm_driving.training $(PYTEST_ARGS)

.PHONY: format
format: $(VENV)/.testable
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

.PHONY: clean
clean:
	rm -rf $(VENV) $(TRAIN_VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .coverage

# --- environments -----------------------------------------------------------------------------
# A stamp file says what an environment is good for; it is older than setup.py when that changed.

# $(call new_venv,FOLDER)
define new_venv
	@command -v $(PYTHON) >/dev/null || { \
	    echo "make: no $(PYTHON) here: install Python 3.10 or newer, or name yours with PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	    echo "make: $(PYTHON) is older than Python 3.10: name a newer one with PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "make: $(PYTHON) cannot make virtual environments: run 'sudo apt install python3-venv'." >&2; exit 2; }
	@echo "setting up $(1) ..."
	@$(PYTHON) -m venv --clear $(VENV_ARGS) $(1)
endef

# $(call install,FOLDER,EXTRAS): the checkout itself, with its requirements. An onnxruntime of any
# flavour that the environment has is kept; otherwise the CPU one is added.
define install
	@echo "installing requirements into $(1) ..."
	@extras='$(2)'; \
	runtime=$$($(1)/bin/python -m pip list --format=freeze --disable-pip-version-check | grep -i '^onnxruntime' \
	    | grep -viE '^onnxruntime[-_](genai|extensions)' || true); \
	if [ -z "$$runtime" ]; then extras="$${extras:+$$extras,}cpu"; fi; \
	$(1)/bin/python -m pip install $(PIP_FLAGS) --editable ".$${extras:+[$$extras]}"
endef

$(VENV)/.made:
	$(call new_venv,$(VENV))
	@touch $@

$(VENV)/.runnable: $(VENV)/.made $(SETUP)
	$(call install,$(VENV),)
	@touch $@

$(VENV)/.testable: $(VENV)/.made $(SETUP)
	$(call install,$(VENV),dev)
	@touch $@ $(VENV)/.runnable

$(TRAIN_VENV)/.made:
	$(call new_venv,$(TRAIN_VENV))
	@touch $@

# torch first and alone: which build it is decides whether gigabytes of CUDA come along.
$(TRAIN_VENV)/.testable: $(TRAIN_VENV)/.made $(SETUP)
	@echo "installing torch into $(TRAIN_VENV) ..."
	@$(TRAIN_VENV)/bin/python -m pip install $(PIP_FLAGS) $(TORCH)
	$(call install,$(TRAIN_VENV),test$(COMMA)train)
	@touch $@
