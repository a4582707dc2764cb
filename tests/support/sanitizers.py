"""What the build under test was made with."""

import json

import pytest

from support.tree import BUILD


def sanitizers():
    """For the command line of a compiler: a library with sanitizers needs a program with them."""
    settings = json.loads((BUILD / 'meson-info' / 'intro-buildoptions.json').read_text())
    value = next(setting['value'] for setting in settings if setting['name'] == 'b_sanitize')
    return [] if value == 'none' else [f'-fsanitize={value}']


# What compiles the sources anew finds the same whatever the build under test was made with, and takes a minute.
without_sanitizers = pytest.mark.skipif(bool(sanitizers()), reason='it is the same in the build without sanitizers')
