# Two commands set everything up on a machine with Python 3.11, git and make: `make demo` and `make test`.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
HOME_DIR ?= demo-home
PYTEST_ARGS ?=
# As many as there are cores; each takes up to a gigabyte, in the full lane up to four.
TEST_WORKERS ?= auto
# Clients of places, each an extra of its own.
PLACES := $(foreach one,bluesky discord mail mastodon matrix reddit s3 singer slack telegram x youtube,--extra $(one))

.PHONY: demo test soak check audit bandit bench messages models lock clean format synapse spark taps

$(VENV)/.run: requirements/run.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Earnest needs Python 3.11: install it, or name one with make PYTHON=…"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Earnest (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/x.txt $(VENV)/.run
	@echo "Installing what the tests need (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps -r requirements/x.txt
	@touch $@

# In an environment of its own, because it brings other versions of libraries that Earnest uses. Without it the tests
# that need a Matrix homeserver are skipped, and say so.
$(VENV)/.synapse: requirements/synapse.txt $(VENV)/.dev
	@echo "Installing the Matrix homeserver of the tests (once) …"
	@$(BIN)/python -m venv $(VENV)/synapse && \
	$(VENV)/synapse/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/synapse.txt && \
	touch $@ || { rm -rf $(VENV)/synapse; echo "It could not be installed: the tests of Matrix rooms are skipped."; }

synapse: $(VENV)/.synapse

# Half a gigabyte that nothing else uses: only the full lane asks for it. Without it the tests of Spark are skipped.
$(VENV)/.spark: requirements/spark.txt $(VENV)/.run
	@echo "Installing Spark for its tests (once) …"
	@$(BIN)/python -m venv $(VENV)/spark && \
	$(VENV)/spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary pyspark -r requirements/spark.txt && \
	$(VENV)/spark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
	touch $@ || { rm -rf $(VENV)/spark; echo "It could not be installed: the tests of Spark are skipped."; }

spark: $(VENV)/.spark

# Two programs of others that the tests of Singer taps run, each in an environment of its own: their libraries
# exclude each other's. Without them those tests are skipped, and say so.
$(VENV)/.taps: requirements/tap-jsonl.txt requirements/tap-rest-api-msdk.txt $(VENV)/.run
	@echo "Installing two Singer taps for their tests (once) …"
	@( for tap in tap-jsonl tap-rest-api-msdk; do \
	$(BIN)/python -m venv $(VENV)/taps/$$tap && \
	$(VENV)/taps/$$tap/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/$$tap.txt || exit 1; \
	done ) && touch $@ || { rm -rf $(VENV)/taps; echo "They could not be installed: the tests of Singer taps are skipped."; }

taps: $(VENV)/.taps

demo: $(VENV)/.run
	@$(BIN)/earnest demo --home $(HOME_DIR) $(if $(ONCE),--once)

# What Python compiled is kept, whatever the machine is set to: each worker and every program a test starts reads it.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.dev $(VENV)/.synapse $(VENV)/.taps
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) $(PYTEST_ARGS)

# A night of random faults: N schedules from SEED on SQLite, and on PostgreSQL where DATABASE_URL names a server.
N ?= 1000
SEED ?= 0
soak: $(VENV)/.dev
	@DATABASE_URL= $(BIN)/python -m tests.soak.run --count $(N) --seed $(SEED)
	@$(if $(DATABASE_URL),$(BIN)/python -m tests.soak.run --count $(N) --seed $(SEED),echo "Not on PostgreSQL: DATABASE_URL names no server.")

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet src/earnest/web/templates src/earnest/report/templates

$(VENV)/.audit: requirements/audit.txt
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/audit.txt
	@touch $@

# Known holes in what Earnest runs on, asked of the package index. Where it does not answer, that is said and nothing fails.
audit: $(VENV)/.audit
	$(VENV)/audit/bin/pip-audit --disable-pip --require-hashes --no-deps --progress-spinner off -r requirements/run.txt

# Holes in what Earnest itself is: bandit on all that is shipped (pyproject.toml says what ruff looks at instead).
bandit: $(VENV)/.audit
	$(VENV)/audit/bin/bandit --quiet --recursive --configfile pyproject.toml src

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djlint --reformat --quiet src/earnest/web/templates src/earnest/report/templates

# Needs GNU gettext: what is marked for translation into the catalogues, and these as the pages read them.
messages: $(VENV)/.dev
	@command -v xgettext >/dev/null || { echo "make messages needs GNU gettext: apt-get install gettext"; exit 1; }
	cd src/earnest/web && $(CURDIR)/$(BIN)/django-admin makemessages --locale es --no-wrap --add-location file --no-obsolete
	cd src/earnest/web && $(CURDIR)/$(BIN)/django-admin compilemessages --locale es

models: $(VENV)/.run
	@$(BIN)/earnest models

bench: $(VENV)/.dev
	@for f in $(filter-out bench/bench_spark.py,$(wildcard bench/bench_*.py)); do echo "== $$f"; $(BIN)/python $$f || exit 1; done

# Needs uv; writes the lock files with hashes and without an index address.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra pdf --extra postgres --group build -o requirements/run.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra accurate $(PLACES) --extra metrics --extra pdf --extra postgres --group build --group dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements/synapse.txt requirements/synapse.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements/spark.txt requirements/spark.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements/audit.txt requirements/audit.in
	for tap in tap-jsonl tap-rest-api-msdk; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements/$$tap.txt requirements/$$tap.in || exit 1; done
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --no-deps -o requirements/x.txt requirements/x.in

clean:
	rm -rf $(VENV) demo-home build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
