"""Where things are: the repository, the build directory, the program under test."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / os.environ.get('BUILD', 'build')
PROGRAM = REPOSITORY / os.environ.get('HOSTCAST', BUILD / 'hostcast')
PEERS = REPOSITORY / 'tests' / 'peers'
