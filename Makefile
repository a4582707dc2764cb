# The front door. Meson and Ninja do the work behind it.
#
#   make             builds build/hostcast
#   make demo        builds it and shows what it does, in less than a minute
#   make test        runs every test        (make test ARGS='-k chat' runs some)
#   make check-asan  runs every test with AddressSanitizer and UndefinedBehaviorSanitizer
#   make fuzz        looks for inputs that break the tree protocol  (SECONDS_EACH=60)
#   make soak        runs the simulator with new seeds, then real load at half of the highest rate without
#                    loss, and looks for loss and growth; on a quiet machine  (SECONDS=900, for each of the two)
#   make bench       measures hostcast, bare programs and other software side by side, and writes
#                    docs/benchmarks.md and its plot; about half an hour, on a quiet machine
#   make bench-full  the whole matrix: hours; goes on where it was broken off
#                    (both: BENCH='--only nats --seconds 0.5 --runs 1'; bench/run --help tells more)
#   make sim-scale   measures the simulator with 100,000 members and with a million
#   make install     installs all of it: program, library, header, pkg-config, man pages,
#                    completions  (PREFIX=/usr/local, DESTDIR=)
#   make format      formats the C code
#   make clean       removes what was built
#
# What is missing is installed on Debian (see tools/packages).

PREFIX ?= /usr/local
BUILD ?= build
SECONDS ?= 900
SECONDS_EACH ?= 60
PYTEST = /usr/bin/python3 -m pytest -c tests/pytest.ini --rootdir tests -n 6 tests $(ARGS)
SANITIZERS = -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

$(BUILD)/build.ninja:
	@tools/packages build
	meson setup $(BUILD) --prefix=$(PREFIX)

demo:
	@tools/packages build demo
	@$(MAKE) --no-print-directory all
	@tools/demo

test:
	@tools/packages build test
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --prefix=$(PREFIX)
	@meson configure $(BUILD) -Dtests=enabled
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) HOSTCAST=$(BUILD)/hostcast $(PYTEST)

check-asan:
	@tools/packages build test sanitizers
	@test -f build-asan/build.ninja || meson setup build-asan -Dtests=enabled $(SANITIZERS)
	@ninja -C build-asan --quiet
	@BUILD=build-asan HOSTCAST=build-asan/hostcast $(PYTEST)

fuzz:
	@tools/packages fuzz
	@tools/fuzz $(SECONDS_EACH)

soak: all
	@tools/packages soak
	@HOSTCAST=$(BUILD)/hostcast tools/soak $(SECONDS)
	@BUILD=$(BUILD) HOSTCAST=$(BUILD)/hostcast bench/soak $(SECONDS)

bench bench-full: all
	@tools/packages bench
	@meson setup --reconfigure $(BUILD) >/dev/null
	@BUILD=$(BUILD) bench/run $(if $(filter bench-full,$@),--full) $(BENCH)

sim-scale: all
	@BUILD=$(BUILD) bench/sim_scale

install: all
	meson configure $(BUILD) --prefix=$(PREFIX)
	meson install -C $(BUILD) --quiet
	@test -n "$(DESTDIR)" || test "$$(id -u)" -ne 0 || ldconfig

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf $(BUILD) build-asan build-fuzz

.PHONY: all demo test check-asan fuzz soak bench bench-full sim-scale install format clean
