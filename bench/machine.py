"""What was measured on, and with which versions."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path

from support.program import environment
from support.tree import PROGRAM, REPOSITORY

PACKAGES = ['nats-server', 'libnats3.4', 'libzmq5', 'libpgm-5.3-0', 'libddsc0debian', 'libnorm1', 'liblcm1', 'iperf',
            'socat', 'uftp', 'python3']


def describe():
    """The kernel, the processor, and what is installed."""
    return {'kernel': f'{platform.system()} {platform.release()}', 'processor': processor(), 'cores': os.cpu_count(),
            'memory_gib': round(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30, 1),
            'system': os_name(), 'packages': packages()}


def context():
    """What is kept with each result."""
    return {'measured_at': time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime()), 'version': version()}


def version():
    """Of the program that is measured: its own word, and the commit of the sources beside it."""
    return ' '.join(filter(None, [output([str(PROGRAM), '--version']),
                                  output(['git', '-C', str(REPOSITORY), 'describe', '--always', '--dirty'])]))


def processor():
    found = re.search(r'model name\s*: (.*)', Path('/proc/cpuinfo').read_text())
    return found[1] if found else platform.machine()


def os_name():
    found = re.search(r'PRETTY_NAME="(.*)"', Path('/etc/os-release').read_text())
    return found[1] if found else platform.platform()


def packages():
    lines = output(['dpkg-query', '-W', '-f', '${Package} ${Version}\n', *PACKAGES]).splitlines()
    return [line for line in lines if len(line.split()) == 2]


def output(command):
    """'' if there is no such command."""
    try:
        return subprocess.run(command, env=environment(), capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        return ''
